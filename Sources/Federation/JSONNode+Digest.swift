internal import Digest
internal import JSON

extension JSONNode {
    /// The digest that this spells in 64 hexadecimal digits, without a detour over `String`: every line has one.
    var digest: SHA256Digest? {
        withUTF8 { SHA256Digest(hex: $0) } ?? nil
    }
}
