/// Why the private cluster cannot be started, reached or stopped, and what to do about it.
package struct PostgresClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Kind: Hashable, Sendable {
        /// PostgreSQL, or a tool needed beside it, is not installed in a version that will do.
        case notInstalled
        /// The directory cannot be used as it is: its path, its owner or its permissions.
        case directory
        /// Another process runs this cluster already.
        case inUse
        /// The cluster could not be created.
        case initialization
        /// The server did not start, or ended.
        case server
        /// The server did not become ready, or did not stop, in the time allowed.
        case timedOut
        /// The task was cancelled.
        case cancelled
    }

    /// What kind of failure this is.
    package let kind: Kind
    /// What happened, to what, and what to do next.
    package let description: String

    /// An error with its explanation.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
