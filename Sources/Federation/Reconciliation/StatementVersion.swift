internal import Digest
package import JSON

/// Which version of a contribution a hub holds, without its content.
package struct StatementVersion: Sendable, Equatable {
    package var key: ContributionKey
    package var version: ContributionVersion

    package init(key: ContributionKey, version: ContributionVersion) {
        self.key = key
        self.version = version
    }
}

extension StatementVersion {
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(key.id.description)),
            .init("origin", .string(key.origin.text)),
            .init("incarnation", .integer(Int64(version.incarnation))),
            .init("revision", .integer(version.revision)),
            .init("checksum", .string(version.checksum.hex)),
        ]
        if version.vectorDigest != .none {
            members.append(.init("vector_digest", .string(version.vectorDigest.hex)))
        }
        return .object(members)
    }

    /// Reads a version; `nil` where it is none.
    package init?(_ node: JSONNode) {
        guard let key = ContributionKey(node), let revision = node["revision"]?.integer, revision >= 1,
            let incarnation = node["incarnation"]?.integer.flatMap({ Int32(exactly: $0) }), incarnation >= 1,
            let checksum = node["checksum"]?.digest
        else { return nil }
        var vectorDigest = SHA256Digest.none
        if let text = node["vector_digest"]?.string {
            guard let digest = SHA256Digest(hex: text) else { return nil }
            vectorDigest = digest
        }
        self.init(
            key: key,
            version: ContributionVersion(
                incarnation: incarnation,
                revision: revision,
                checksum: checksum,
                vectorDigest: vectorDigest
            )
        )
    }
}

extension ContributionKey: Comparable {
    package var json: JSONValue {
        ["id": .string(id.description), "origin": .string(origin.text)]
    }

    /// Reads a key; `nil` where it is none.
    package init?(_ node: JSONNode) {
        guard let origin = node["origin"]?.string.flatMap(NodeName.init), let idNode = node["id"],
            let id = try? PatternID(idNode)
        else { return nil }
        self.init(id: id, origin: origin)
    }

    /// By pattern, then by origin.
    package static func < (left: ContributionKey, right: ContributionKey) -> Bool {
        left.id == right.id ? left.origin < right.origin : left.id < right.id
    }
}
