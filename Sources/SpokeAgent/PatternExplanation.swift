package import Federation
internal import JSON
internal import Presentation
package import Replication

/// What the hub knows about one pattern, ready to be printed.
package struct PatternExplanation: Sendable, Equatable {
    /// The hub's document, as it came.
    package var document: [UInt8]
    /// The same for people.
    package var text: String
    /// Whether no node ever said anything about the pattern.
    package var isNeverSeen: Bool

    /// Asks the hub about pattern `id` of `collection`, as it is or as it was at `time`.
    ///
    /// Throws ``ReplicationError``, and a ``SpokeError`` where no node ever said anything about it.
    package init(
        of id: PatternID,
        in collection: CollectionName,
        at time: Timestamp?,
        from client: HubClient
    ) throws {
        guard let (document, text) = try client.retrying({ try client.explanation(of: id, in: collection, at: time) })
        else {
            let moment = time.map { " up to \($0)" } ?? ""
            throw SpokeError(
                .failure,
                "no node ever said anything about \(collection)/\(ShownText.of(id.description)) at \(client.endpoint)"
                    + "\(moment); check the spelling, 'tributary-spoke list \(collection)' lists what is served"
            )
        }
        let explanation = ExplanationText(document.root)
        self.document = text
        self.text = explanation.text
        isNeverSeen = explanation.isNeverSeen
    }
}
