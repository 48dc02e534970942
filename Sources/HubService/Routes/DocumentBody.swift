import Federation
import Hummingbird
import JSON

/// A request's body that is one JSON object, read whole.
struct DocumentBody {
    /// Bytes of a body: one pattern's content, and what is said about it.
    static let greatestBytes = Limits.itemBytes + 64 * 1024

    let root: JSONNode

    /// The body of `request`, whose members may be those in `known`; throws a ``Problem``.
    init(
        _ request: Request,
        _ context: HubContext,
        known: [StaticString],
        greatestBytes: Int = DocumentBody.greatestBytes
    ) async throws {
        let reader = try BodyReader(request, context)
        let slow = Problem(408, .requestTimedOut, "the body took longer than \(HubDeadlines.bodySeconds) s to arrive")
        let bytes = try await withDeadline(seconds: HubDeadlines.bodySeconds, slow) {
            var bytes: [UInt8] = []
            for try await piece in reader {
                guard bytes.count + piece.count <= greatestBytes else {
                    throw Problem(413, .bodyTooLarge, "the body is larger than \(greatestBytes) bytes")
                }
                bytes += piece
            }
            return bytes
        }
        root = try JSONDocument(parsing: bytes).root
        guard root.kind == .object else { throw Problem(400, .bodyMalformed, "the body is no JSON object") }
        if let unknown = root.memberName(notAmong: known) {
            let names = known.map(\.description).joined(separator: ", ")
            throw Problem(400, .bodyMalformed, "there is no member '\(unknown.prefix(64))' here; there are \(names)")
        }
    }

    /// A string member; throws a ``Problem`` where it is missing or no string.
    func text(_ name: StaticString) throws -> String {
        guard let text = root[name]?.string else {
            throw Problem(400, .bodyMalformed, "member '\(name)' is missing or no string")
        }
        return text
    }

    /// A member that is true or false, false where it is missing; throws a ``Problem``.
    func flag(_ name: StaticString) throws -> Bool {
        guard let node = root[name], node.kind != .null else { return false }
        guard let flag = node.boolean else { throw Problem(400, .bodyMalformed, "member '\(name)' is true or false") }
        return flag
    }
}
