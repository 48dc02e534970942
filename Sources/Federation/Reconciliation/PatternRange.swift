package import JSON

/// Patterns whose ids lie between two, in the order of their bytes.
package struct PatternRange: Sendable, Hashable {
    /// The first id that belongs to it; `nil`: from the beginning.
    package var from: PatternID?
    /// The first id behind it; `nil`: to the end.
    package var to: PatternID?

    package init(from: PatternID? = nil, to: PatternID? = nil) {
        self.from = from
        self.to = to
    }

    /// Whether `id` lies in it.
    package func contains(_ id: PatternID) -> Bool {
        if let from, id < from { return false }
        if let to, id >= to { return false }
        return true
    }
}

extension PatternRange {
    package var json: JSONValue {
        var members: [JSONValue.Member] = []
        if let from { members.append(.init("from", .string(from.description))) }
        if let to { members.append(.init("to", .string(to.description))) }
        return .object(members)
    }

    /// Reads a range; `nil` where it is none.
    package init?(_ node: JSONNode) {
        guard node.kind == .object else { return nil }
        self.init()
        if let from = node["from"] {
            guard let id = try? PatternID(from) else { return nil }
            self.from = id
        }
        if let to = node["to"] {
            guard let id = try? PatternID(to) else { return nil }
            self.to = id
        }
    }
}
