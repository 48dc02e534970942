import Federation
package import HubStore
package import JSON

extension ReleasedItem {
    /// The item with what became of it.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("number", .integer(number)),
            .init("id", (id?.description).map(JSONValue.string) ?? .null),
            .init("verdict", .string(verdictName)),
        ]
        if case .refused(let refusal) = verdict {
            members.append(.init("code", .string(refusal.code.rawValue)))
            members.append(.init("detail", .string(refusal.detail)))
        }
        return .object(members)
    }

    /// The verdict as a push reports it.
    package var verdictName: String {
        switch verdict {
        case .accepted: "accepted"
        case .unchanged: "unchanged"
        case .stale: "stale"
        case .refused: "refused"
        }
    }

    /// Whether it left quarantine.
    package var wasKept: Bool {
        if case .refused = verdict { false } else { true }
    }
}
