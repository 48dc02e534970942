extension Row {
    /// A `text[]` without NULLs.
    package func textArray(_ column: some ColumnSelector) throws(PostgresError) -> [String] {
        try array(column, of: [.textArray, .varcharArray, .nameArray], "an array of texts") { _, bytes in
            String(decoding: bytes, as: UTF8.self)
        }
    }

    /// A `bytea[]` without NULLs.
    package func bytesArray(_ column: some ColumnSelector) throws(PostgresError) -> [[UInt8]] {
        try array(column, of: [.byteaArray], "an array of bytea") { _, bytes in [UInt8](bytes) }
    }

    /// A `bigint[]`, or an array of smaller integers, without NULLs.
    package func int64Array(_ column: some ColumnSelector) throws(PostgresError) -> [Int64] {
        try array(column, of: [.int8Array, .int4Array, .int2Array], "an array of integers") { _, bytes in
            switch bytes.count {
            case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
            default: nil
            }
        }
    }

    /// A `double precision[]` without NULLs.
    package func doubleArray(_ column: some ColumnSelector) throws(PostgresError) -> [Double] {
        try array(column, of: [.float8Array], "an array of double precision") { _, bytes in
            guard bytes.count == 8 else { return nil }
            return Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
        }
    }

    /// The elements of a one-dimensional array, each made by `decode`, which returns nil for bytes it cannot read.
    private func array<Element>(
        _ column: some ColumnSelector,
        of types: [PostgresType],
        _ expected: String,
        _ decode: (Int, UnsafeRawBufferPointer) -> Element?
    ) throws(PostgresError) -> [Element] {
        let field = try field(column)
        guard types.contains(field.type) else { throw mismatch(field, expected) }
        var reader = ArrayReader(bytes: field.bytes)
        guard let count = reader.readHeader() else { throw mismatch(field, expected + " with one dimension") }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for position in 0..<count {
            guard let bytes = reader.readElement(), let element = decode(position, bytes) else {
                throw mismatch(field, expected + " without NULLs")
            }
            elements.append(element)
        }
        return elements
    }
}

/// Reads the binary form of an array from front to back, and never beyond its end.
private struct ArrayReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The number of elements; nil unless the array is empty or has one dimension.
    mutating func readHeader() -> Int? {
        guard let dimensions = readInt32(), readInt32() != nil, readInt32() != nil else { return nil }
        if dimensions == 0 { return 0 }
        guard dimensions == 1, let count = readInt32(), readInt32() != nil else { return nil }
        // Each element takes at least the four bytes of its length.
        guard count >= 0, Int(count) <= (bytes.count - offset) / 4 else { return nil }
        return Int(count)
    }

    /// The next element's bytes; nil for NULL and at the end.
    mutating func readElement() -> UnsafeRawBufferPointer? {
        guard let length = readInt32(), length >= 0, Int(length) <= bytes.count - offset else { return nil }
        defer { offset += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + Int(length))])
    }

    private mutating func readInt32() -> Int32? {
        guard bytes.count - offset >= 4 else { return nil }
        defer { offset += 4 }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }
}
