package import Digest
package import JSON

/// An embedding of a pattern.
///
/// It stands beside the content: never part of identity, checksum or conflict.
package struct PatternVector: Sendable, Equatable {
    /// The embedding model, where its sender named it.
    package var model: String?
    /// IEEE 754 binary32, little-endian.
    package var bytes: [UInt8]
    /// Over ``bytes``.
    package var digest: SHA256Digest

    /// A vector from its stored bytes.
    package init(model: String?, bytes: [UInt8], digest: SHA256Digest) {
        self.model = model
        self.bytes = bytes
        self.digest = digest
    }

    /// How many numbers the vector has.
    package var dimension: Int { bytes.count / 4 }

    /// The numbers.
    package var values: [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<dimension).map { index in
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
            }
        }
    }

    /// A vector as sent: an array of numbers, or base64 of little-endian binary32; throws a ``VectorError``.
    package init(_ node: JSONNode, model: JSONNode?, hasher: SHA256) throws(VectorError) {
        switch node.kind {
        case .array: bytes = try PatternVector.encode(node.elements)
        case .string:
            guard let decoded = node.withUTF8(Base64.decode) ?? nil else {
                throw VectorError(detail: "the vector is not base64")
            }
            bytes = decoded
        default: throw VectorError(detail: "the vector is neither an array of numbers nor base64")
        }
        guard !bytes.isEmpty, bytes.count.isMultiple(of: 4) else {
            throw VectorError(detail: "the vector has \(bytes.count) bytes, not a positive multiple of 4")
        }
        guard bytes.count / 4 <= Limits.vectorDimension else {
            throw VectorError(detail: "the vector has \(bytes.count / 4) numbers, more than \(Limits.vectorDimension)")
        }
        if let model, model.kind != .null {
            guard let name = model.string, name.utf8.count <= Limits.vectorModelBytes else {
                throw VectorError(detail: "vector_model is not a string of up to \(Limits.vectorModelBytes) bytes")
            }
            self.model = name
        }
        hasher.update(bytes)
        digest = hasher.finish()
        if node.kind == .string, let index = values.firstIndex(where: { !$0.isFinite }) {
            throw VectorError(detail: "number \(index) of the vector is not finite")
        }
    }

    private static func encode(_ elements: [JSONNode]) throws(VectorError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.count * 4)
        for (index, element) in elements.enumerated() {
            guard let number = element.number, Float(number).isFinite else {
                throw VectorError(detail: "number \(index) of the vector is not a finite 32-bit number")
            }
            withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// The numbers as a JSON array, in the shortest digits that read back as the same 32-bit numbers.
    package var json: JSONValue {
        var text: [UInt8] = []
        append(to: &text)
        return .raw(text)
    }

    /// Appends the numbers as a JSON array, in the shortest digits that read back as the same 32-bit numbers.
    package func append(to output: inout [UInt8]) {
        output.reserveCapacity(output.count + dimension * 12)
        output.append(UInt8(ascii: "["))
        bytes.withUnsafeBytes { raw in
            for index in 0..<dimension {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                let bits = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
                var text = PatternVector.shortest(Float(bitPattern: bits))
                text.withUTF8 { output.append(contentsOf: $0) }
            }
        }
        output.append(UInt8(ascii: "]"))
    }

    private static func shortest(_ value: Float) -> String {
        if value == 0 { return "0" }
        let text = value.description
        // Who reads it takes the nearest 64-bit number first, and of that the nearest 32-bit one. Far from 1 that may, once
        // in a very long time, be another one than the nearest to the digits.
        guard value.magnitude < 1e-3 || value.magnitude > 1e3, let double = Double(text), Float(double) != value else {
            return text
        }
        return Double(value).description
    }
}

/// A vector that cannot be stored.
package struct VectorError: Error, Sendable {
    package var detail: String
}
