/// What became of one pushed item, in the hub's own words.
///
/// Unlike ``Verdict`` it keeps codes that this program does not know.
package enum ItemOutcome: Sendable, Equatable {
    /// The hub keeps it as this node's current statement.
    case accepted
    /// The hub has exactly this already.
    case unchanged
    /// The hub has a newer statement of this node.
    case stale
    /// The hub does not take it.
    case refused(ItemRefusal)
}

/// Why a hub does not take an item.
package struct ItemRefusal: Error, Sendable, Equatable {
    /// The stable code, which may be one that this program does not know.
    package var code: String
    package var detail: String
    /// Whether the same item may be taken later.
    package var isRetryable: Bool

    package init(code: String, detail: String, isRetryable: Bool) {
        self.code = code
        self.detail = detail
        self.isRetryable = isRetryable
    }
}
