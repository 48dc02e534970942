import Digest
import Federation
import Postgres

/// Fields are appended one by one and by their types: this is where a push spends its time.
extension CopyRows {
    /// Value, updated at, received at, path and payload.
    mutating func appendStatement(
        _ content: Contribution.Content?,
        path: [String],
        receivedAt: Timestamp
    ) {
        if let content {
            append(content.value)
            append(content.updatedAt.sql)
        } else {
            appendNulls(2)
        }
        append(receivedAt.sql)
        append(path)
        if let content { appendText(utf8: content.payload) } else { appendNull() }
    }

    /// Vector digest, vector model and vector; of an erased statement the digest alone.
    mutating func appendVector(of contribution: Contribution) {
        if contribution.statement == .erased {
            let digest = contribution.version.vectorDigest
            append(digest: digest == .none ? nil : digest)
            return appendNulls(2)
        }
        guard let vector = contribution.content?.vector else { return appendNulls(3) }
        append(digest: vector.digest)
        if let model = vector.model { appendText(model) } else { appendNull() }
        appendBytes(vector.bytes)
    }

    mutating func append(digest: SHA256Digest?) {
        guard let digest else { return appendNull() }
        digest.withBytes { appendBytes($0) }
    }

    /// Origin, incarnation, revision, checksum, vector digest, value and updated at.
    mutating func append(_ candidate: Candidate?) {
        guard let candidate else { return appendNulls(7) }
        appendText(candidate.origin.text)
        append(candidate.version.incarnation)
        append(candidate.version.revision)
        candidate.version.checksum.withBytes { appendBytes($0) }
        if candidate.version.vectorDigest == .none {
            appendNull()
        } else {
            candidate.version.vectorDigest.withBytes { appendBytes($0) }
        }
        append(candidate.value)
        append(candidate.updatedAt.sql)
    }

    /// Payload and parents.
    mutating func append(_ composition: Composition?) {
        guard let composition else { return appendNulls(2) }
        appendText(utf8: composition.payload)
        guard !composition.parents.isEmpty else { return appendNull() }
        appendBytes(composition.parents.bytes)
    }

    private mutating func appendNulls(_ count: Int) {
        for _ in 0..<count { appendNull() }
    }
}
