package import Digest
package import Federation

/// Why the store did not do what was asked of it, apart from failures of the database itself.
package enum StoreError: Error, Sendable, CustomStringConvertible {
    /// There is no such collection.
    case collectionUnknown(CollectionName)
    /// The cursor belongs to a history that this hub does not have.
    case cursorReset(String)
    /// Changes behind the cursor were compacted.
    case cursorExpired
    /// A node of that name is enrolled already.
    case nodeExists(NodeName)
    /// The join token is none that this hub made.
    case joinTokenUnknown
    /// The join token is worth nothing any more, or not for this name.
    case joinTokenSpent(String)
    /// The join token is good, and for a node of another name.
    case joinTokenForAnother(String)
    /// There is no such node.
    case nodeUnknown(NodeName)
    /// The node was revoked while it was speaking.
    case nodeRevoked(NodeName)
    /// Other contents than those that were seen are present.
    case conflictChanged(PatternID, present: [SHA256Digest])
    /// There is nothing to resolve.
    case conflictNotOpen(PatternID, String)
    /// What was asked for cannot be done.
    case invalid(String)
    /// What was asked for does not exist.
    case notFound(String)
    /// The database's schema is not one this program can use.
    case schema(String)
    /// The database holds something that the program would never have written.
    case corrupt(String)

    package var description: String {
        switch self {
        case .collectionUnknown(let name):
            "there is no collection '\(name)'; `tributary-hub collection list` shows them, `collection set` makes one"
        case .cursorReset(let detail): detail
        case .cursorExpired: "changes behind this cursor were compacted; pull again without `since`"
        case .nodeExists(let name):
            "node '\(name)' is enrolled already; revoke it first, or choose another name"
        case .joinTokenUnknown:
            "this hub does not know the join token; `tributary-hub join-token create` on the hub prints one"
        case .joinTokenSpent(let why), .joinTokenForAnother(let why): why
        case .nodeUnknown(let name): "there is no node '\(name)'; `tributary-hub node list` shows them"
        case .nodeRevoked(let name): "node '\(name)' was revoked; ask the hub's operator"
        case .conflictChanged(let id, let present):
            "the contents of '\(id)' are not those that were seen any more, there are \(present.count) now; look at them "
                + "again and resolve it then"
        case .conflictNotOpen(let id, let why): "pattern '\(id)' has no conflict to resolve: \(why)"
        case .notFound(let what), .invalid(let what): what
        case .schema(let detail): detail
        case .corrupt(let detail): "the database holds something unexpected: \(detail)"
        }
    }
}
