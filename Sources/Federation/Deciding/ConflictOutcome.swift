/// What became of one node's contribution where it met another content.
package struct ConflictOutcome: Sendable, Hashable {
    /// How it ended for the node.
    package enum Kind: String, Sendable, CaseIterable {
        /// Its content is served.
        case won
        /// Another's is.
        case lost
        /// It became part of a merged content.
        case merged
        /// It waits for a person.
        case opened
        /// A person chose it.
        case chosen
        /// A person chose another.
        case rejected
    }

    package var origin: NodeName
    package var kind: Kind

    package init(_ origin: NodeName, _ kind: Kind) {
        self.origin = origin
        self.kind = kind
    }
}
