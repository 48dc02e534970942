import CLibCurl

/// Owns the list of header fields that curl sends.
final class HeaderList {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?

    /// The fields of `request`, and the ones that keep curl from adding its own; nil if one may not be sent.
    init?(_ request: HTTPRequest) {
        for (name, value) in request.headers {
            guard Self.isToken(name), Self.isFieldValue(value) else { return nil }
            // curl takes an empty value after a colon for "do not send", and after a semicolon for "send empty".
            guard append(value.isEmpty ? "\(name);" : "\(name): \(value)") else { return nil }
        }
        // Waiting for "100 Continue" costs a second where the other side does not know of it.
        guard append("Expect:") else { return nil }
        let isTyped = request.headers.contains { HTTPHeaders.isEqual($0.0, "content-type") }
        guard isTyped || append("Content-Type:") else { return nil }
    }

    deinit {
        curl_slist_free_all(pointer)
    }

    private func append(_ line: String) -> Bool {
        guard let longer = curl_slist_append(pointer, line) else { return false }
        pointer = longer
        return true
    }

    /// A field name is a token of RFC 9110.
    private static func isToken(_ name: String) -> Bool {
        let marks = Array("!#$%&'*+-.^_`|~".utf8)
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: marks.contains(byte)
                }
            }
    }

    /// Line ends and other controls would let a value pass for further fields.
    private static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7f }
    }
}
