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

/// The winners held of one collection.
struct HeldForeignWinners: ForeignWinners {
    let state: SpokeState
    let node: NodeName
    let collection: Int64

    func holds(_ id: PatternID, _ checksum: SHA256Digest) throws -> Bool {
        try state.isForeignWinner(id, checksum, notFrom: node, in: collection)
    }

    func holdsCopy(of content: SHA256Digest, besides id: PatternID) throws -> Bool {
        try state.isForeignCopy(content, besides: id, in: collection)
    }
}
