internal import Digest
package import JSON

/// What two nodes compare to learn whether they differ: per collection its policy, counts, digest and head.
package struct ManifestDocument: Sendable, Equatable {
    /// The state of one feed.
    package struct Feed: Sendable, Equatable {
        /// Live winners, contributions, or resolutions.
        package var set: SetDigest
        /// The position behind the feed's last change.
        package var cursor: String

        package init(set: SetDigest, cursor: String) {
            self.set = set
            self.cursor = cursor
        }
    }

    /// One collection.
    package struct Entry: Sendable, Equatable {
        package var policy: CollectionPolicy
        package var winners: Feed
        /// For nodes of role hub alone.
        package var contributions: Feed?
        /// What operators resolved; `nil` of a hub that does not tell.
        package var resolutions: Feed?

        package init(policy: CollectionPolicy, winners: Feed, contributions: Feed?, resolutions: Feed? = nil) {
            self.policy = policy
            self.winners = winners
            self.contributions = contributions
            self.resolutions = resolutions
        }
    }

    package static let protocolVersion: Int64 = 1

    package var identity: HubIdentity
    /// The hub's name in the paths of what it passes on; `nil` of a hub that does not say.
    package var name: NodeName?
    /// Who asks, as the hub knows it.
    package var node: NodeName
    package var incarnation: Int32
    package var entries: [Entry]

    package init(
        identity: HubIdentity,
        name: NodeName? = nil,
        node: NodeName,
        incarnation: Int32,
        entries: [Entry]
    ) {
        self.identity = identity
        self.name = name
        self.node = node
        self.incarnation = incarnation
        self.entries = entries
    }

    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("protocol", .integer(ManifestDocument.protocolVersion)),
            .init("hub", .string(identity.hub)),
            .init("epoch", .string(identity.epoch)),
        ]
        if let name { members.append(.init("name", .string(name.text))) }
        members += [
            .init("node", .string(node.text)),
            .init("incarnation", .integer(Int64(incarnation))),
            .init("collections", .array(entries.map(\.json))),
        ]
        return .object(members)
    }

    /// Reads a manifest; `nil` where it cannot be read or speaks another version of the protocol.
    package init?(_ root: JSONNode) {
        guard root["protocol"]?.integer == ManifestDocument.protocolVersion, let hub = root["hub"]?.string,
            let epoch = root["epoch"]?.string, let node = root["node"]?.string.flatMap(NodeName.init),
            let incarnation = root["incarnation"]?.integer.flatMap({ Int32(exactly: $0) }),
            let collections = root["collections"], collections.kind == .array
        else { return nil }
        let entries = collections.elements.compactMap(Entry.init)
        guard entries.count == collections.elements.count else { return nil }
        self.init(
            identity: HubIdentity(hub: hub, epoch: epoch),
            name: root["name"]?.string.flatMap(NodeName.init),
            node: node,
            incarnation: incarnation,
            entries: entries
        )
    }
}

extension ManifestDocument.Entry {
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(policy.collection.text)),
            .init("strategy", .string(policy.strategy.rawValue)),
            .init("threshold", .number(policy.threshold)),
            .init("value_rule", .string(policy.valueRule.rawValue)),
            .init("policy_revision", .integer(policy.revision)),
            .init("winners", winners.json),
        ]
        if let contributions { members.append(.init("contributions", contributions.json)) }
        if let resolutions { members.append(.init("resolutions", resolutions.json)) }
        return .object(members)
    }

    init?(_ node: JSONNode) {
        guard let name = node["name"]?.string.flatMap(CollectionName.init),
            let strategy = node["strategy"]?.string.flatMap(ConflictStrategy.init(rawValue:)),
            let threshold = node["threshold"]?.number,
            let valueRule = node["value_rule"]?.string.flatMap(ValueRule.init(rawValue:)),
            let revision = node["policy_revision"]?.integer,
            let winners = node["winners"].flatMap(ManifestDocument.Feed.init)
        else { return nil }
        let policy = CollectionPolicy(
            collection: name,
            strategy: strategy,
            threshold: threshold,
            valueRule: valueRule,
            revision: revision
        )
        self.init(
            policy: policy,
            winners: winners,
            contributions: node["contributions"].flatMap(ManifestDocument.Feed.init),
            resolutions: node["resolutions"].flatMap(ManifestDocument.Feed.init)
        )
    }
}

extension ManifestDocument.Feed {
    var json: JSONValue {
        [
            "count": .integer(set.count), "digest": .string(set.sum.hex), "cursor": .string(cursor),
        ]
    }

    init?(_ node: JSONNode) {
        guard let count = node["count"]?.integer, let cursor = node["cursor"]?.string,
            let sum = node["digest"]?.digest
        else { return nil }
        self.init(set: SetDigest(count: count, sum: sum), cursor: cursor)
    }
}
