import Digest
import Testing

@Suite("Digests and encodings")
struct DigestTests {
    @Test(
        "SHA-256 gives FIPS 180-4's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func sha256(text: String, hex: String) {
        #expect(SHA256.digest(of: Array(text.utf8)).hex == hex)
        #expect(SHA256Digest(hex: hex)?.hex == hex)
        #expect(SHA256Digest(hex: hex)?.bytes.count == 32)
    }

    @Test("One hasher serves any number of digests, in any pieces")
    func reuse() {
        let hasher = SHA256()
        for text in ["abc", "", "abc"] {
            for byte in text.utf8 { hasher.update([byte]) }
            #expect(hasher.finish() == SHA256.digest(of: Array(text.utf8)))
        }
    }

    @Test("Digests are ordered as their bytes")
    func order() {
        let digests = (0..<200).map { SHA256.digest(of: [UInt8($0)]) }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    }

    @Test(
        "Base64 gives RFC 4648's examples, both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(text: String, encoded: String) {
        #expect(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) == encoded)
        #expect(Array(encoded.utf8).withUnsafeBytes { Base64.decode($0) } == Array(text.utf8))
        #expect(Base64.decodeURL(Base64.encodeURL(Array(text.utf8))) == Array(text.utf8))
    }

    @Test("Base64 refuses what is none", arguments: ["Zg=", "Z g=", "Zg==Zg==", " Zg=", "Zm9\n", "=Zg=", "===="])
    func notBase64(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { Base64.decode($0) } == nil)
    }

    @Test("A digest comes back from its 64 digits in either case, and from nothing else")
    func digestDigits() {
        for number in 0..<200 {
            let digest = SHA256.digest(of: [UInt8(number)])
            var output = Array("checksum ".utf8)
            digest.appendHex(to: &output)
            let text = String(decoding: output.dropFirst(9), as: UTF8.self)
            #expect(text == Hex.encode(digest.bytes))
            #expect(SHA256Digest(hex: text) == digest)
            #expect(SHA256Digest(hex: text.uppercased()) == digest)
            #expect(SHA256Digest(hex: String(text.dropLast())) == nil)
            #expect(SHA256Digest(hex: text + "0") == nil)
            #expect(SHA256Digest(hex: String(text.dropLast()) + "g") == nil)
            #expect(SHA256Digest(hex: "é" + text.dropLast(2)) == nil)
        }
    }

    @Test("Hexadecimal digits are read in either case, and nothing else is")
    func hex() {
        #expect(Hex.decode("00fFaB") == [0, 255, 171])
        #expect(Hex.encode([0, 255, 171]) == "00ffab")
        #expect(Hex.decode("0") == nil)
        #expect(Hex.decode("0g") == nil)
    }

    @Test("Secrets are equal when all their bytes are")
    func constantTime() {
        #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2]))
    }
}
