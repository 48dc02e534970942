internal import Presentation

/// Why Qdrant could not do what it was asked to.
///
/// Neither key nor content is part of it, so it may be logged.
package struct QdrantError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to answer differently.
    package enum Kind: Sendable, Equatable {
        /// No answer, or no whole one.
        case unreachable
        /// It asked to come back later, or failed.
        case busy
        /// It does not accept the key, or wants one.
        case unauthorized
        /// There is no such collection.
        case notFound
        /// The connection cannot be secured, or the request cannot be sent.
        case configuration
        /// What answered is no Qdrant.
        case notQdrant
        /// The answer is larger than the limit.
        case tooLarge
        /// It refused the request as such, with this status.
        case refused(status: Int)
        /// This program was asked to stop.
        case stopped
    }

    package var kind: Kind
    /// What happened, to what, and what to do next.
    package var description: String
    /// How long Qdrant asked to wait.
    package var retryAfter: Duration?

    package init(_ kind: Kind, _ description: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.description = description
        self.retryAfter = retryAfter
    }

    /// Whether the same request may succeed later; all requests may be sent again.
    var isTransient: Bool { kind == .unreachable || kind == .busy }

    /// What Qdrant said, on one line and not too long.
    static func shown(_ text: String) -> String {
        let line = HarmlessText.of(text.split(whereSeparator: \.isNewline).joined(separator: " "))
        let start = line.prefix(QdrantLimits.shownCharacters)
        return start.count < line.count ? start + "..." : line
    }
}
