package import Federation

/// Where a node notes what the hub already has of its own statements.
package protocol StatementTarget: AnyObject {
    /// Begins to note the statements about one collection.
    func beginStatements(of collection: CollectionName) throws

    /// Notes one statement; `isLive` is false for a retraction.
    func note(_ id: PatternID, _ version: ContributionVersion, isLive: Bool) throws

    /// Makes what was noted durable, as all that the hub has.
    func commitStatements() throws

    /// Forgets what was noted since the beginning.
    func discardStatements()
}
