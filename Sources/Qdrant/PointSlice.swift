internal import JSON

/// One point as Qdrant wrote it; what it lends is valid inside the call that hands it out.
package struct PointSlice {
    /// The id as JSON: digits, or a UUID in quotes.
    package let key: String
    /// How long the point is.
    package let length: Int
    /// Whether it was longer than the limit, so that payload and vector may be missing.
    package let isOversized: Bool
    private let object: RawObject

    /// The point that `record` is; `nil` where it has no id.
    init?(_ record: RecordSlice) {
        object = RawObject(record.bytes)
        guard let id = object["id"], let first = id.first, first == UInt8(ascii: "\"") || (0x30...0x39).contains(first)
        else { return nil }
        key = String(decoding: id, as: UTF8.self)
        length = record.length
        isOversized = record.isOversized
    }

    /// The payload; `nil` where the point has none.
    package var payload: UnsafeRawBufferPointer? { PointSlice.present(object["payload"]) }

    /// The vector called `name`, or the unnamed one; `nil` where the point has none or it was not asked for.
    package func vector(_ name: String?) -> UnsafeRawBufferPointer? {
        guard let vector = PointSlice.present(object["vector"]) else { return nil }
        guard let name else { return vector.first == UInt8(ascii: "[") ? vector : nil }
        var written: [UInt8] = []
        JSONText.appendString(name, to: &written)
        return PointSlice.present(RawObject(vector)[String(decoding: written.dropFirst().dropLast(), as: UTF8.self)])
    }

    private static func present(_ value: UnsafeRawBufferPointer?) -> UnsafeRawBufferPointer? {
        guard let value, !value.elementsEqual("null".utf8) else { return nil }
        return value
    }
}
