package import JSON

/// An error as an HTTP client sees it: an RFC 9457 problem document with a stable type.
package struct Problem: Error, Sendable, Equatable {
    package var status: Int
    package var code: Code
    /// What happened, to what, and what to do next.
    package var detail: String
    /// How long to wait before trying again, where trying again can help.
    package var retryAfterSeconds: Int?
    /// Further members of the document.
    package var extensions: [JSONValue.Member]

    package init(
        _ status: Int,
        _ code: Code,
        _ detail: String,
        retryAfterSeconds: Int? = nil,
        extensions: [JSONValue.Member] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
        self.extensions = extensions
    }

    /// The stable codes of problems; the document's `type` is `urn:tributary:problem:` and the code.
    package enum Code: String, Sendable, CaseIterable {
        case unauthorized = "unauthorized"
        case nodeMismatch = "node-mismatch"
        case nodeRevoked = "node-revoked"
        case joinTokenSpent = "join-token-spent"
        case nodeExists = "node-exists"
        case forbidden = "forbidden"
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case collectionUnknown = "collection-unknown"
        case parameterInvalid = "parameter-invalid"
        case bodyMalformed = "body-malformed"
        case bodyTooLarge = "body-too-large"
        case tooManyItems = "too-many-items"
        case encodingUnsupported = "encoding-unsupported"
        case cursorMalformed = "cursor-malformed"
        case cursorReset = "cursor-reset"
        case cursorExpired = "cursor-expired"
        case conflictChanged = "conflict-changed"
        case conflictNotOpen = "conflict-not-open"
        case contentRefused = "content-refused"
        case requestTimedOut = "request-timed-out"
        case overloaded = "overloaded"
        case storageFull = "storage-full"
        case databaseUnavailable = "database-unavailable"
        case outcomeUnknown = "outcome-unknown"
        case shuttingDown = "shutting-down"
        case internalError = "internal-error"

        /// The same for every problem of this code.
        package var title: String {
            switch self {
            case .unauthorized: "The request carries no valid token"
            case .nodeMismatch: "The token belongs to another node"
            case .nodeRevoked: "The node was revoked"
            case .joinTokenSpent: "The join token cannot be used"
            case .nodeExists: "The node is enrolled already"
            case .forbidden: "The node may not do this"
            case .notFound: "There is nothing here"
            case .methodNotAllowed: "The resource does not take this method"
            case .collectionUnknown: "The hub has no such collection"
            case .parameterInvalid: "A parameter cannot be used"
            case .bodyMalformed: "The body cannot be read"
            case .bodyTooLarge: "The body is too large"
            case .tooManyItems: "The push has too many items"
            case .encodingUnsupported: "The body's encoding is not supported"
            case .cursorMalformed: "The cursor cannot be read"
            case .cursorReset: "The hub's history changed"
            case .cursorExpired: "The cursor is too old"
            case .conflictChanged: "The contents are not those that were seen"
            case .conflictNotOpen: "There is nothing to resolve"
            case .contentRefused: "The content cannot be served"
            case .requestTimedOut: "The request took too long to arrive"
            case .overloaded: "The hub is busy"
            case .storageFull: "The hub's storage is full"
            case .databaseUnavailable: "The hub's database cannot be reached"
            case .outcomeUnknown: "It is not known whether the push was stored"
            case .shuttingDown: "The hub is stopping"
            case .internalError: "The hub failed"
            }
        }
    }

    package static let contentType = "application/problem+json"

    /// The document.
    ///
    /// `instance` names the request.
    package func document(instance: String?) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string("urn:tributary:problem:\(code.rawValue)")),
            .init("title", .string(code.title)),
            .init("status", .integer(Int64(status))),
            .init("detail", .string(detail)),
        ]
        if let instance { members.append(.init("instance", .string(instance))) }
        if let retryAfterSeconds {
            members.append(.init("retry_after_seconds", .integer(Int64(retryAfterSeconds))))
        }
        return .object(members + extensions)
    }
}
