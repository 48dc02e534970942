/// A secret key for a Nix cache: `NAME-NUMBER:` and 64 bytes in Base64, twice as many as the public half has.
struct NixSigningKey: Recognizer {
    private static let encodedCount = 88

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let start = text.start(of: .dotted, before: anchor.upperBound - 1, limit: 128)
        let number = text.start(of: .digits, before: anchor.upperBound - 1, limit: 4)
        guard text[number - 1] == UInt8(ascii: "-"), number - 1 > start else { return nil }
        let end = text.end(of: .paddedBase64, from: anchor.upperBound, limit: NixSigningKey.encodedCount + 1)
        let key = text.part(anchor.upperBound..<end)
        guard key.count == NixSigningKey.encodedCount, key.has(Array("==".utf8), at: NixSigningKey.encodedCount - 2),
            Entropy.bitsPerByte(key) >= 4.5
        else { return nil }
        return anchor.upperBound..<end
    }
}
