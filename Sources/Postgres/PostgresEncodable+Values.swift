extension Bool: PostgresEncodable, PostgresArrayElement {
    /// `boolean`.
    package static var postgresType: PostgresType { .bool }
    /// `boolean[]`.
    package static var postgresArrayType: PostgresType { .boolArray }
    /// Appends one byte.
    package func encode(into buffer: inout [UInt8]) { buffer.append(self ? 1 : 0) }
}

extension Int16: PostgresEncodable {
    /// `smallint`.
    package static var postgresType: PostgresType { .int2 }
    /// Appends two bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(self) }
}

extension Int32: PostgresEncodable, PostgresArrayElement {
    /// `integer`.
    package static var postgresType: PostgresType { .int4 }
    /// `integer[]`.
    package static var postgresArrayType: PostgresType { .int4Array }
    /// Appends four bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(self) }
}

extension Int64: PostgresEncodable, PostgresArrayElement {
    /// `bigint`.
    package static var postgresType: PostgresType { .int8 }
    /// `bigint[]`.
    package static var postgresArrayType: PostgresType { .int8Array }
    /// Appends eight bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(self) }
}

extension Int: PostgresEncodable, PostgresArrayElement {
    /// `bigint`.
    package static var postgresType: PostgresType { .int8 }
    /// `bigint[]`.
    package static var postgresArrayType: PostgresType { .int8Array }
    /// Appends eight bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(Int64(self)) }
}

extension Double: PostgresEncodable, PostgresArrayElement {
    /// `double precision`.
    package static var postgresType: PostgresType { .float8 }
    /// `double precision[]`.
    package static var postgresArrayType: PostgresType { .float8Array }
    /// Appends eight bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(bitPattern) }
}

extension String: PostgresEncodable, PostgresArrayElement {
    /// `text`.
    package static var postgresType: PostgresType { .text }
    /// `text[]`.
    package static var postgresArrayType: PostgresType { .textArray }
    /// Appends the UTF-8 bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.append(contentsOf: utf8) }
}

extension PostgresText: PostgresEncodable, PostgresArrayElement {
    /// `text`.
    package static var postgresType: PostgresType { .text }
    /// `text[]`.
    package static var postgresArrayType: PostgresType { .textArray }
    /// Appends the UTF-8 bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.append(contentsOf: utf8) }
}

extension PostgresTimestamp: PostgresEncodable, PostgresArrayElement {
    /// `timestamptz`.
    package static var postgresType: PostgresType { .timestamptz }
    /// `timestamptz[]`.
    package static var postgresArrayType: PostgresType { .timestamptzArray }
    /// Appends eight bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.appendBigEndian(serverMicroseconds) }
}

extension PostgresUUID: PostgresEncodable, PostgresArrayElement {
    /// `uuid`.
    package static var postgresType: PostgresType { .uuid }
    /// `uuid[]`.
    package static var postgresArrayType: PostgresType { .uuidArray }
    /// Appends sixteen bytes.
    package func encode(into buffer: inout [UInt8]) { buffer.append(contentsOf: bytes) }
}

extension UInt8: PostgresArrayElement {
    /// `bytea`: an array of bytes is no array to PostgreSQL.
    package static var postgresArrayType: PostgresType { .bytea }
    /// Appends the bytes as they are.
    package static func encodeArray(_ elements: [UInt8], into buffer: inout [UInt8]) {
        buffer.append(contentsOf: elements)
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The array type of the element.
    package static var postgresType: PostgresType { Element.postgresArrayType }
    /// Appends the array.
    package func encode(into buffer: inout [UInt8]) { Element.encodeArray(self, into: &buffer) }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    /// `bytea[]`.
    package static var postgresArrayType: PostgresType { .byteaArray }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The wrapped value's type, so that the server knows the type of a NULL too.
    package static var postgresType: PostgresType { Wrapped.postgresType }
    /// Whether there is no value, or the value itself is NULL.
    package var isPostgresNull: Bool { self?.isPostgresNull ?? true }
    /// Appends the wrapped value.
    package func encode(into buffer: inout [UInt8]) { self?.encode(into: &buffer) }
}
