/// The header fields of a reply, in the order they came.
package struct HTTPHeaders: Sendable {
    /// All fields, names as they were sent.
    package private(set) var fields: [(name: String, value: String)]

    /// Header fields in the order of `fields`.
    package init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// The value of the first field called `name`, whatever the case of its letters.
    package subscript(name: String) -> String? {
        fields.first { Self.isEqual($0.name, name) }?.value
    }

    /// The values of all fields called `name`, whatever the case of their letters.
    package func values(named name: String) -> [String] {
        fields.filter { Self.isEqual($0.name, name) }.map(\.value)
    }

    mutating func append(name: String, value: String) {
        fields.append((name, value))
    }

    /// Whether two field names or tokens are equal but for the case of ASCII letters.
    static func isEqual(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8) { lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
