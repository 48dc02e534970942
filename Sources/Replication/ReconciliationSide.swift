package import Federation
package import JSON

/// One of two hubs whose contributions are compared: the one that asks.
package protocol ReconciliationSide: AnyObject {
    associatedtype Offers: ContributionSource

    /// Count and digest of what the other hub should have of each range.
    func sums(of ranges: [PatternRange]) throws -> [SetDigest]

    /// What is held of `range`, in the order of the keys, behind `key` where one is given, at most `limit`.
    func statements(in range: PatternRange, after key: ContributionKey?, limit: Int) throws -> [HeldStatement]

    /// What is held under these keys, to be pushed.
    func offers(of keys: [ContributionKey]) throws -> Offers

    /// Takes one verified line that was lacking here; `raw` is good only during the call.
    func receive(_ line: FeedLine, raw: RecordSlice) throws

    /// Makes everything taken durable.
    func commitReceived() throws

    /// Forgets what was taken since then.
    func discardReceived()

    /// Told what was found to be lacking, or older; returns whether it is to be sent where it lacks.
    func found(_ keys: [ContributionKey], lacking gap: ReconciliationGap) -> Bool
}

extension ReconciliationSide {
    /// All that is found is settled.
    package func found(_ keys: [ContributionKey], lacking gap: ReconciliationGap) -> Bool { true }
}

/// Where a statement is lacking, or older than at the other hub.
package enum ReconciliationGap: String, Sendable {
    case here, there
}

/// Which version of a contribution is held here.
package struct HeldStatement: Sendable, Equatable {
    package var held: StatementVersion
    /// Whether the other hub should have it too.
    package var isOffered: Bool

    package init(_ held: StatementVersion, isOffered: Bool) {
        self.held = held
        self.isOffered = isOffered
    }
}
