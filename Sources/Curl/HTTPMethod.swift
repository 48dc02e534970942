/// The methods a request may have.
package enum HTTPMethod: String, Sendable {
    /// Reads.
    case get = "GET"

    /// Reads the head alone.
    case head = "HEAD"

    /// Hands over for processing.
    case post = "POST"

    /// Replaces.
    case put = "PUT"

    /// Changes in part.
    case patch = "PATCH"

    /// Removes.
    case delete = "DELETE"
}
