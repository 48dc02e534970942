/// A value that can be a parameter of a query or a field of a copied row, in PostgreSQL's binary format.
package protocol PostgresEncodable: Sendable {
    /// The type that the server is told.
    static var postgresType: PostgresType { get }
    /// Whether the value is sent as NULL.
    var isPostgresNull: Bool { get }
    /// Appends the value's binary form, without a length before it; not called for NULL.
    func encode(into buffer: inout [UInt8])
}

extension PostgresEncodable {
    /// False: most values are never NULL.
    package var isPostgresNull: Bool { false }
}

/// A value that can be an element of an array parameter.
///
/// The array is encoded by its element's type, because `[UInt8]` is a `bytea` and every other array is an array.
package protocol PostgresArrayElement: Sendable {
    /// The type of an array of these.
    static var postgresArrayType: PostgresType { get }
    /// Appends the binary form of an array of these.
    static func encodeArray(_ elements: [Self], into buffer: inout [UInt8])
}

extension PostgresArrayElement where Self: PostgresEncodable {
    /// Appends a one-dimensional array without NULLs.
    package static func encodeArray(_ elements: [Self], into buffer: inout [UInt8]) {
        buffer.appendBigEndian(Int32(elements.isEmpty ? 0 : 1))
        buffer.appendBigEndian(Int32(0))
        buffer.appendBigEndian(postgresType.rawValue)
        guard !elements.isEmpty else { return }
        buffer.appendBigEndian(Int32(clamping: elements.count))
        buffer.appendBigEndian(Int32(1))
        for element in elements {
            buffer.appendSized { element.encode(into: &$0) }
        }
    }
}

extension [UInt8] {
    /// Appends an integer or its bit pattern, most significant byte first.
    @inline(__always)
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends what `encode` appends, with its length in bytes before it.
    @inline(__always)
    mutating func appendSized(_ encode: (inout [UInt8]) -> Void) {
        let start = count
        appendBigEndian(Int32(0))
        encode(&self)
        let length = UInt32(clamping: count - start - 4)
        self[start] = UInt8(truncatingIfNeeded: length >> 24)
        self[start + 1] = UInt8(truncatingIfNeeded: length >> 16)
        self[start + 2] = UInt8(truncatingIfNeeded: length >> 8)
        self[start + 3] = UInt8(truncatingIfNeeded: length)
    }
}
