/// Rows encoded for `COPY … FROM STDIN (FORMAT binary)`, in one growing buffer.
///
/// Nothing is allocated per field. The fields of a row must be appended in the order of the copied columns and in
/// exactly their types: the binary format converts nothing, so an `integer` column needs an `Int32`.
package struct CopyRows: Sendable {
    /// Fields in each row.
    package let columnCount: Int
    /// Rows begun so far.
    package private(set) var count = 0
    private var buffer: [UInt8] = []
    private var missingFields = 0

    /// The eleven bytes by which PostgreSQL knows the format, then flags and the length of an extension, both zero.
    private static let header: [UInt8] =
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    /// No rows yet.
    ///
    /// `reservingBytes` is the expected size of all rows; each field costs four bytes besides its value.
    package init(columnCount: Int, reservingBytes: Int = 0) {
        precondition(columnCount > 0 && columnCount <= Int(Int16.max), "a copied table has 1 to 32767 columns")
        self.columnCount = columnCount
        buffer.reserveCapacity(reservingBytes + Self.header.count)
        buffer.append(contentsOf: Self.header)
    }

    /// Bytes that the rows take on the wire.
    package var byteCount: Int { buffer.count }

    /// Whether every row begun has all its fields.
    var isComplete: Bool { missingFields == 0 }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        buffer.withUnsafeBytes(body)
    }

    /// Begins the next row.
    ///
    /// - Precondition: the row before it has all its fields.
    package mutating func beginRow() {
        precondition(missingFields == 0, "the row before has \(missingFields) fields too few")
        buffer.appendBigEndian(Int16(columnCount))
        missingFields = columnCount
        count += 1
    }

    /// Forgets all rows and keeps the memory.
    package mutating func removeAll() {
        buffer.removeSubrange(Self.header.count...)
        count = 0
        missingFields = 0
    }

    /// Appends the next field of the row.
    package mutating func append(_ value: some PostgresEncodable) {
        guard !value.isPostgresNull else { return appendNull() }
        countField()
        buffer.appendSized { value.encode(into: &$0) }
    }

    /// Appends NULL as the next field of the row.
    package mutating func appendNull() {
        countField()
        buffer.appendBigEndian(Int32(-1))
    }

    /// Appends a `bigint`.
    package mutating func append(_ value: Int64) { appendFixed(value) }

    /// Appends a `bigint`.
    package mutating func append(_ value: Int) { appendFixed(Int64(value)) }

    /// Appends an `integer`.
    package mutating func append(_ value: Int32) { appendFixed(value) }

    /// Appends a `smallint`.
    package mutating func append(_ value: Int16) { appendFixed(value) }

    /// Appends a `double precision`.
    package mutating func append(_ value: Double) { appendFixed(value.bitPattern) }

    /// Appends a `timestamptz`.
    package mutating func append(_ value: PostgresTimestamp) { appendFixed(value.serverMicroseconds) }

    /// Appends a `boolean`.
    package mutating func append(_ value: Bool) { appendFixed(UInt8(value ? 1 : 0)) }

    /// Appends a `text` given as UTF-8; the server refuses other bytes and NUL.
    package mutating func appendText(utf8: UnsafeRawBufferPointer) { appendRaw(utf8) }

    /// Appends a `text` given as UTF-8; the server refuses other bytes and NUL.
    package mutating func appendText(utf8: [UInt8]) { utf8.withUnsafeBytes { appendRaw($0) } }

    /// Appends a `text`.
    package mutating func appendText(_ text: String) {
        countField()
        let text = text.utf8
        buffer.appendBigEndian(Int32(clamping: text.count))
        buffer.append(contentsOf: text)
    }

    /// Appends a `bytea`.
    package mutating func appendBytes(_ bytes: [UInt8]) { bytes.withUnsafeBytes { appendRaw($0) } }

    /// Appends a `bytea`.
    package mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) { appendRaw(bytes) }

    private mutating func appendFixed(_ value: some FixedWidthInteger) {
        countField()
        buffer.appendBigEndian(Int32(value.bitWidth / 8))
        buffer.appendBigEndian(value)
    }

    private mutating func appendRaw(_ bytes: UnsafeRawBufferPointer) {
        countField()
        buffer.appendBigEndian(Int32(clamping: bytes.count))
        buffer.append(contentsOf: bytes)
    }

    private mutating func countField() {
        precondition(missingFields > 0, "the row has all its \(columnCount) fields already, or none was begun")
        missingFields -= 1
    }
}
