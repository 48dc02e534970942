internal import Digest
internal import Federation

/// What is known of other nodes' winners, as far as it takes to tell what was learned here from what was pulled.
protocol ForeignWinners {
    /// Whether pattern `id` with this content is held as another node's, or as merged.
    func holds(_ id: PatternID, _ checksum: SHA256Digest) throws -> Bool

    /// Whether another node's pattern that says the same is or was held under another id, and this node never shared `id`.
    func holdsCopy(of content: SHA256Digest, besides id: PatternID) throws -> Bool
}

/// Knows of none.
struct NoForeignWinners: ForeignWinners {
    func holds(_ id: PatternID, _ checksum: SHA256Digest) -> Bool { false }
    func holdsCopy(of content: SHA256Digest, besides id: PatternID) -> Bool { false }
}

/// The winners held of one collection, and those that are shown of other hubs.
struct HeldForeignWinners: ForeignWinners {
    private let held: [(state: SpokeState, collection: Int64)]
    private let node: NodeName

    /// The winners held in `state` under the number `collection`, and what else `home`, where it is given, shows of the
    /// collection called `name`.
    init(
        _ state: SpokeState,
        _ collection: Int64,
        shown home: SpokeState?,
        of name: CollectionName,
        node: NodeName
    ) throws {
        self.node = node
        var held = [(state: state, collection: collection)]
        // What came in files is kept in `home`, whether its winners are shown or not.
        var others = home?.layeredStates ?? []
        if let home, !others.contains(where: { $0 === home }) { others.append(home) }
        for other in others where other !== state {
            if let number = try other.existingNumber(of: name) { held.append((other, number)) }
        }
        self.held = held
    }

    func holds(_ id: PatternID, _ checksum: SHA256Digest) throws -> Bool {
        try held.contains { try $0.state.isForeignWinner(id, checksum, notFrom: node, in: $0.collection) }
    }

    func holdsCopy(of content: SHA256Digest, besides id: PatternID) throws -> Bool {
        try held.contains { try $0.state.isForeignCopy(content, besides: id, in: $0.collection) }
    }
}
