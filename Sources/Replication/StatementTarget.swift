package import Federation

/// Where a node notes what the hub already has of its own statements.
package protocol StatementTarget: AnyObject {
    /// Begins to note statements about one collection.
    func beginStatements(of collection: CollectionName) throws

    /// Notes one statement, which `version` names and `line` tells about.
    func note(_ line: FeedLine, _ version: ContributionVersion) throws

    /// Makes what was noted durable, as what the hub has up to the position `cursor`.
    func commitStatements(upTo cursor: String) throws

    /// Forgets what was noted since the beginning.
    func discardStatements()
}
