import CLibCrypto

/// Base64 as RFC 4648 defines it: the standard alphabet with padding, and the URL alphabet without.
package enum Base64 {
    /// The standard encoding of `bytes`.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        return [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4 + 1) { output, count in
            count = Int(EVP_EncodeBlock(output.baseAddress, bytes, Int32(bytes.count)))
        }
    }

    /// The bytes of a standard encoding; `nil` where `text` is none.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        guard !text.isEmpty else { return [] }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        // libcrypto skips leading white space, which is no part of this encoding.
        guard text.dropLast(padding).allSatisfy(isStandard) else { return nil }
        var decoded = -1
        var bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 1) { output, count in
            let input = text.baseAddress?.assumingMemoryBound(to: UInt8.self)
            decoded = Int(EVP_DecodeBlock(output.baseAddress, input, Int32(text.count)))
            count = max(decoded, 0)
        }
        guard decoded >= padding else { return nil }
        bytes.removeLast(padding)
        return bytes
    }

    /// The URL encoding of `bytes`, without padding.
    package static func encodeURL(_ bytes: [UInt8]) -> String {
        let text = encode(bytes).compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of an unpadded URL encoding; `nil` where `text` is none.
    package static func decodeURL(_ text: String) -> [UInt8]? {
        var standard: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: standard.append(byte)
            }
        }
        while !standard.count.isMultiple(of: 4) { standard.append(UInt8(ascii: "=")) }
        return standard.withUnsafeBytes { decode($0) }
    }

    private static func isStandard(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
