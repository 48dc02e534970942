/// A hub's complete and verified answer to a push: one outcome for each item, in the order of the items.
package struct PushAnswer: Sendable, Equatable {
    package var outcomes: [ItemOutcome]

    package init(outcomes: [ItemOutcome]) {
        self.outcomes = outcomes
    }
}
