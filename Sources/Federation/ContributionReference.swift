package import Digest
package import JSON

/// Names one version of a contribution: who said it, under which number, and what its content hashes to.
package struct ContributionReference: Sendable, Hashable {
    package var origin: NodeName
    package var incarnation: Int32
    package var revision: Int64
    package var checksum: SHA256Digest

    package init(origin: NodeName, incarnation: Int32, revision: Int64, checksum: SHA256Digest) {
        self.origin = origin
        self.incarnation = incarnation
        self.revision = revision
        self.checksum = checksum
    }
}

extension ContributionReference {
    package var json: JSONValue {
        [
            "origin": .string(origin.text),
            "incarnation": .integer(Int64(incarnation)),
            "revision": .integer(revision),
            "checksum": .string(checksum.hex),
        ]
    }

    /// Reads a reference; `nil` where it is none.
    package init?(_ node: JSONNode) {
        guard let origin = node["origin"]?.string.flatMap(NodeName.init), let revision = node["revision"]?.integer,
            // The greatest number is nobody's: its origin could not say anything after it.
            (1..<Int64.max).contains(revision),
            let incarnation = node["incarnation"]?.integer.flatMap({ Int32(exactly: $0) }),
            let checksum = node["checksum"]?.digest
        else { return nil }
        self.init(origin: origin, incarnation: incarnation, revision: revision, checksum: checksum)
    }
}
