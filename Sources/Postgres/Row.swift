import CLibPQ

/// A view of one row of a result.
///
/// Each accessor takes a column by position (fast) or by name, checks the type and the length of what the server sent,
/// and throws a `decoding` error where they are not what was asked for, as for a NULL.
package struct Row {
    let result: QueryResult
    let index: Int32

    /// One field: where its bytes are and what they mean.
    ///
    /// Valid while the result lives.
    struct Field {
        let bytes: UnsafeRawBufferPointer
        let type: PostgresType
        let column: Int32
    }

    /// Whether the column is NULL.
    package func isNull(_ column: some ColumnSelector) throws(PostgresError) -> Bool {
        PQgetisnull(result.handle, index, try position(column)) == 1
    }

    /// A `boolean`.
    package func bool(_ column: some ColumnSelector) throws(PostgresError) -> Bool {
        let field = try field(column)
        guard field.type == .bool, field.bytes.count == 1 else { throw mismatch(field, "a boolean") }
        return field.bytes[0] != 0
    }

    /// An `integer`, or a `smallint`.
    package func int32(_ column: some ColumnSelector) throws(PostgresError) -> Int32 {
        let field = try field(column)
        switch (field.type, field.bytes.count) {
        case (.int4, 4): return Int32(bigEndian: field.bytes.loadUnaligned(as: Int32.self))
        case (.int2, 2): return Int32(Int16(bigEndian: field.bytes.loadUnaligned(as: Int16.self)))
        default: throw mismatch(field, "an integer")
        }
    }

    /// A `bigint`, or a smaller integer.
    package func int64(_ column: some ColumnSelector) throws(PostgresError) -> Int64 {
        let field = try field(column)
        switch (field.type, field.bytes.count) {
        case (.int8, 8): return Int64(bigEndian: field.bytes.loadUnaligned(as: Int64.self))
        case (.int4, 4): return Int64(Int32(bigEndian: field.bytes.loadUnaligned(as: Int32.self)))
        case (.oid, 4): return Int64(UInt32(bigEndian: field.bytes.loadUnaligned(as: UInt32.self)))
        case (.int2, 2): return Int64(Int16(bigEndian: field.bytes.loadUnaligned(as: Int16.self)))
        default: throw mismatch(field, "a bigint")
        }
    }

    /// A `double precision`, or a `real`.
    package func double(_ column: some ColumnSelector) throws(PostgresError) -> Double {
        let field = try field(column)
        switch (field.type, field.bytes.count) {
        case (.float8, 8):
            return Double(bitPattern: UInt64(bigEndian: field.bytes.loadUnaligned(as: UInt64.self)))
        case (.float4, 4):
            return Double(Float(bitPattern: UInt32(bigEndian: field.bytes.loadUnaligned(as: UInt32.self))))
        default:
            throw mismatch(field, "a double precision")
        }
    }

    /// A text of any kind: `text`, `varchar`, `name`, `json`, `jsonb` or an enumeration's label.
    package func string(_ column: some ColumnSelector) throws(PostgresError) -> String {
        String(decoding: try textField(column), as: UTF8.self)
    }

    /// The UTF-8 bytes of a text of any kind.
    package func text(_ column: some ColumnSelector) throws(PostgresError) -> PostgresText {
        PostgresText(utf8: [UInt8](try textField(column)))
    }

    /// A `bytea`.
    package func bytes(_ column: some ColumnSelector) throws(PostgresError) -> [UInt8] {
        let field = try field(column)
        guard field.type == .bytea else { throw mismatch(field, "a bytea") }
        return [UInt8](field.bytes)
    }

    /// A `timestamptz`, in microseconds since the Unix epoch.
    package func timestamp(_ column: some ColumnSelector) throws(PostgresError) -> Int64 {
        let field = try field(column)
        guard field.type == .timestamptz, field.bytes.count == 8 else { throw mismatch(field, "a timestamptz") }
        let microseconds = Int64(bigEndian: field.bytes.loadUnaligned(as: Int64.self))
        let (sum, overflow) = microseconds.addingReportingOverflow(PostgresTimestamp.epochDifference)
        guard microseconds != .min, !overflow else { throw mismatch(field, "a finite timestamptz") }
        return sum
    }

    /// A `uuid`.
    package func uuid(_ column: some ColumnSelector) throws(PostgresError) -> PostgresUUID {
        let field = try field(column)
        guard field.type == .uuid, field.bytes.count == 16 else { throw mismatch(field, "a uuid") }
        return PostgresUUID(bytes: [UInt8](field.bytes))
    }

    /// Calls `body` with the bytes of a text of any kind or of a `bytea`, without copying them.
    ///
    /// The bytes must not be kept beyond the call.
    package func withBytes<Value>(
        _ column: some ColumnSelector,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        let field = try field(column)
        if field.type == .bytea { return try body(field.bytes) }
        return try body(try textBytes(field))
    }
}

extension Row {
    func position(_ column: some ColumnSelector) throws(PostgresError) -> Int32 {
        let position = column.columnIndex(in: result)
        guard position >= 0 else {
            throw PostgresError(.decoding, "the result has no column \(column)")
        }
        return position
    }

    func field(_ column: some ColumnSelector) throws(PostgresError) -> Field {
        let position = try position(column)
        guard PQgetisnull(result.handle, index, position) == 0, let start = PQgetvalue(result.handle, index, position)
        else { throw PostgresError(.decoding, "column \(columnName(position)) is NULL") }
        let length = Int(PQgetlength(result.handle, index, position))
        return Field(
            bytes: UnsafeRawBufferPointer(start: start, count: length),
            type: PostgresType(rawValue: PQftype(result.handle, position)),
            column: position
        )
    }

    func textField(_ column: some ColumnSelector) throws(PostgresError) -> UnsafeRawBufferPointer {
        try textBytes(try field(column))
    }

    private func textBytes(_ field: Field) throws(PostgresError) -> UnsafeRawBufferPointer {
        switch field.type {
        case .text, .varchar, .bpchar, .name, .json, .unknown, .char:
            return field.bytes
        case .jsonb:
            // A jsonb begins with the version of its binary form, which is 1, and goes on as text.
            guard field.bytes.first == 1 else { throw mismatch(field, "a jsonb of version 1") }
            return UnsafeRawBufferPointer(rebasing: field.bytes.dropFirst())
        default:
            guard field.type.rawValue >= PostgresType.firstUserDefined else { throw mismatch(field, "a text") }
            return field.bytes
        }
    }

    func mismatch(_ field: Field, _ expected: String) -> PostgresError {
        let found = "type \(field.type.rawValue), \(field.bytes.count) bytes"
        return PostgresError(.decoding, "column \(columnName(field.column)) is not \(expected) (\(found))")
    }

    private func columnName(_ position: Int32) -> String {
        guard let name = PQfname(result.handle, position) else { return "\(position)" }
        return "\(position) \"\(String(cString: name))\""
    }
}
