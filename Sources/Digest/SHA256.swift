import CLibCrypto

/// Computes SHA-256 digests; one instance serves any number of them, one after the other.
package final class SHA256 {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    /// A hasher; traps only where libcrypto has no SHA-256 or no memory.
    package init() {
        // Fetched once: looking the algorithm up costs more than hashing a pattern.
        guard let context = EVP_MD_CTX_new(), let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("libcrypto offers no SHA-256")
        }
        self.context = context
        self.algorithm = algorithm
        start()
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    private func start() {
        precondition(EVP_DigestInit_ex2(context, algorithm, nil) == 1, "libcrypto cannot start SHA-256")
    }

    /// Adds bytes to the digest being computed.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto cannot hash")
    }

    /// Adds bytes to the digest being computed.
    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes(update)
    }

    /// Adds the UTF-8 of `text` to the digest being computed.
    package func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// The digest of everything added since the last one; begins a new one.
    package func finish() -> SHA256Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            let bytes = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            precondition(EVP_DigestFinal_ex(context, bytes, nil) == 1, "libcrypto cannot finish SHA-256")
        }
        start()
        return SHA256Digest(
            words: (
                UInt64(bigEndian: words.0), UInt64(bigEndian: words.1),
                UInt64(bigEndian: words.2), UInt64(bigEndian: words.3)
            )
        )
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> SHA256Digest {
        let hasher = SHA256()
        hasher.update(bytes)
        return hasher.finish()
    }
}

/// SHA-1, for name-based UUIDs alone.
package enum SHA1 {
    /// The 20 bytes of the digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 20)
        precondition(EVP_Digest(bytes, bytes.count, &output, nil, EVP_sha1(), nil) == 1, "libcrypto offers no SHA-1")
        return output
    }
}

/// Comparison of secrets.
package enum ConstantTime {
    /// Whether both are the same bytes, in a time that depends on their length alone.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
