/// What a transaction may do, and what it sees.
package enum TransactionMode: Hashable, Sendable {
    /// Reads only.
    case readOnly(isolation: Isolation)
    /// Reads and writes under READ COMMITTED.
    case readWrite

    /// How far a transaction is kept apart from others.
    package enum Isolation: String, Sendable {
        /// Each statement sees what was committed before it began.
        case readCommitted = "READ COMMITTED"
        /// All statements see what was committed before the first of them.
        case repeatableRead = "REPEATABLE READ"
        /// As if transactions ran one after the other.
        case serializable = "SERIALIZABLE"
    }

    var beginStatement: String {
        switch self {
        case .readOnly(let isolation): "BEGIN ISOLATION LEVEL \(isolation.rawValue) READ ONLY"
        case .readWrite: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
        }
    }
}
