internal import Digest
internal import JSON

/// What is written in an encoding within a text.
enum DecodedText {
    /// The bytes that standard Base64 encodes, with or without padding; `nil` where `text` is none.
    static func base64(_ text: GuardText) -> [UInt8]? {
        var padded = Array(text.bytes)
        while padded.last == UInt8(ascii: "=") { padded.removeLast() }
        guard padded.count % 4 != 1 else { return nil }
        while !padded.count.isMultiple(of: 4) { padded.append(UInt8(ascii: "=")) }
        return padded.withUnsafeBytes { Base64.decode($0) }
    }

    /// Whether `text` is the first part of a JSON web token: an object that names an algorithm or a type.
    static func isTokenHeader(_ text: GuardText) -> Bool {
        guard let bytes = Base64.decodeURL(String(decoding: text.bytes, as: UTF8.self)),
            let header = try? JSONDocument(parsing: bytes)
        else { return false }
        return header.root["alg"]?.string != nil || header.root["typ"]?.string != nil
    }
}
