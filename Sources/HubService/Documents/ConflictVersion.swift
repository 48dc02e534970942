package import Digest
package import Federation
package import JSON

/// One of the contents that a pattern has, as a reviewer chooses among them.
package struct ConflictVersion: Sendable {
    /// Counted from 1, the best first.
    package var number: Int
    package var checksum: SHA256Digest
    /// Everybody who says exactly this.
    package var origins: [NodeName]
    /// The greatest that one of them gives it.
    package var value: Double
    package var updatedAt: Timestamp
    /// Canonical JSON.
    package var payload: [UInt8]

    private init(_ candidate: Candidate, number: Int) {
        self.number = number
        checksum = candidate.version.checksum
        origins = [candidate.origin]
        value = candidate.value
        updatedAt = candidate.updatedAt
        payload = candidate.payload ?? Array("null".utf8)
    }

    private mutating func add(_ candidate: Candidate) {
        origins.append(candidate.origin)
        value = max(value, candidate.value)
        updatedAt = max(updatedAt, candidate.updatedAt)
    }

    /// The distinct contents among `candidates`, in the order in which they first appear.
    package static func distinct(among candidates: [Candidate]) -> [ConflictVersion] {
        var versions: [ConflictVersion] = []
        var positions: [SHA256Digest: Int] = [:]
        for candidate in candidates {
            if let position = positions[candidate.version.checksum] {
                versions[position].add(candidate)
            } else {
                positions[candidate.version.checksum] = versions.count
                versions.append(ConflictVersion(candidate, number: versions.count + 1))
            }
        }
        return versions
    }

    package var json: JSONValue {
        [
            "number": .integer(Int64(number)),
            "checksum": .string(checksum.hex),
            "origins": .array(origins.map { .string($0.text) }),
            "value": .number(value),
            "updated_at": .string(updatedAt.description),
            "payload": .raw(payload),
        ]
    }
}
