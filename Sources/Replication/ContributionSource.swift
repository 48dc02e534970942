/// What a node has to say about one collection, batch by batch, and what it remembers of the answers.
package protocol ContributionSource: AnyObject {
    /// The next items to push, at most `maximumItems` and, unless it is a single one, `maximumBytes`; `nil` after the last.
    ///
    /// Their revisions are durable when this returns, so that they are sent again under the same ones after a crash.
    func nextBatch(maximumItems: Int, maximumBytes: Int) throws -> PushBatch?

    /// Makes durable what the hub said of `batch`.
    func settle(_ batch: PushBatch, _ answer: PushAnswer) throws

    /// Whether the next batch may be asked for while the one before is not settled, so that it is ready when it is.
    var isAskedAhead: Bool { get }
}

extension ContributionSource {
    package var isAskedAhead: Bool { false }
}
