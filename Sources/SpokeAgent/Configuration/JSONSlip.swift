internal import JSON

/// What people write in files of settings that other formats allow, and JSON does not.
enum JSONSlip {
    /// What to do about the place where reading `text` stopped; `nil` where nothing in particular comes to mind.
    static func advice(_ error: JSONError, in text: [UInt8]) -> String? {
        guard error.kind == .syntax, let offset = error.offset else { return nil }
        // Reading stops at or behind what it stumbled over.
        let read = text[..<min(offset, text.count)].filter { !isSpace($0) }
        let rest = text[min(offset, text.count)...].first { !isSpace($0) }
        let last = [read.dropLast().last, read.last, rest].compactMap { $0 }
        if zip(last, last.dropFirst()).contains(where: { $0 == UInt8(ascii: ",") && isClosing($1) }) {
            return "no comma stands before a closing bracket"
        }
        if last.suffix(2).contains(where: { [UInt8(ascii: "#"), UInt8(ascii: "/")].contains($0) }) {
            return "JSON has no comments"
        }
        if error.message.hasPrefix("'}' expected near '\"") || error.message.hasPrefix("']' expected near '\"") {
            return "a comma is missing before it"
        }
        if last.suffix(2).contains(UInt8(ascii: "'")) { return "names and texts stand in double quotes" }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func isClosing(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") }
}
