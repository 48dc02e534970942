package import Federation

/// Where the winners held are made useful to this machine's agents.
package protocol WinnerSink: Sendable {
    /// As it is given on the command line, such as `jsonl:learned`.
    var argument: String { get }

    /// The folder it writes, where it writes one.
    var folder: String? { get }

    /// Whether it has no use for winners without their vectors.
    var needsVectors: Bool { get }

    /// Brings it up to what `state` holds of `collection`; doing so twice changes nothing. Throws a ``SpokeError`` where it
    /// cannot be written now.
    func update(_ collection: CollectionName, from state: SpokeState) throws -> SinkOutcome
}

/// What became of a sink.
package struct SinkOutcome: Sendable, Equatable {
    /// Whether anything in it changed.
    package var isChanged: Bool
    /// Winners that it could not take, and why, for people.
    package var findings: [String]
    /// What is worth knowing and needs nobody to act.
    package var notes: [String]

    package init(isChanged: Bool, findings: [String] = [], notes: [String] = []) {
        self.isChanged = isChanged
        self.findings = findings
        self.notes = notes
    }
}
