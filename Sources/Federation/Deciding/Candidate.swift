/// What a strategy sees of a live contribution of high value.
package struct Candidate: Sendable, Equatable {
    package var origin: NodeName
    package var version: ContributionVersion
    package var value: Double
    package var updatedAt: Timestamp
    /// Canonical JSON, where the strategy looks into contents.
    package var payload: [UInt8]?

    package init(
        origin: NodeName,
        version: ContributionVersion,
        value: Double,
        updatedAt: Timestamp,
        payload: [UInt8]? = nil
    ) {
        self.origin = origin
        self.version = version
        self.value = value
        self.updatedAt = updatedAt
        self.payload = payload
    }

    /// What `contribution` looks like to a strategy under `policy`; `nil` where it cannot win.
    package init?(_ contribution: Contribution, under policy: CollectionPolicy) {
        guard let content = contribution.content, policy.admitsToWin(content.value) else { return nil }
        self.init(
            origin: contribution.origin,
            version: contribution.version,
            value: content.value,
            updatedAt: content.updatedAt
        )
    }
}
