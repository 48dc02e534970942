/// The parameters of a query: their types, and their binary forms one after the other in one buffer.
struct QueryBinds: Sendable {
    private(set) var types: [UInt32] = []
    /// Length of each value in bytes; nil is NULL.
    private var lengths: [Int?] = []
    private var bytes: [UInt8] = []

    /// PostgreSQL counts parameters in 16 bits.
    static let largestCount = 65535

    var count: Int { types.count }

    mutating func reserveCapacity(_ count: Int) {
        types.reserveCapacity(count)
        lengths.reserveCapacity(count)
        bytes.reserveCapacity(16 * count)
    }

    mutating func append<Value: PostgresEncodable>(_ value: Value) {
        types.append(Value.postgresType.rawValue)
        guard !value.isPostgresNull else {
            lengths.append(nil)
            return
        }
        let start = bytes.count
        value.encode(into: &bytes)
        lengths.append(bytes.count - start)
    }

    /// Calls `body` with types, values, lengths and formats as libpq wants them.
    func withArrays<Result>(
        _ body: (
            _ types: UnsafePointer<UInt32>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
            _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        guard count > 0 else { return body(nil, nil, nil, nil) }
        // An empty value is not NULL and needs an address of its own, hence the byte at the end.
        let storage = bytes + [0]
        return storage.withUnsafeBytes { buffer in
            var values: [UnsafePointer<CChar>?] = []
            values.reserveCapacity(count)
            var offset = 0
            for length in lengths {
                guard let length else {
                    values.append(nil)
                    continue
                }
                values.append(buffer.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) })
                offset += length
            }
            let sizes = lengths.map { Int32(clamping: $0 ?? 0) }
            let formats = [Int32](repeating: 1, count: count)
            return body(types, values, sizes, formats)
        }
    }
}
