package import Federation
package import JSON

/// One item that the next push would send, or that it would hold back.
package struct PreviewItem: Sendable, Equatable {
    /// What becomes of it.
    package enum Kind: String, Sendable, CaseIterable {
        /// The hub never had it from this node, or not since it was taken back.
        case new
        /// The hub has an earlier content of it.
        case changed
        /// It was sent before, and what became of it is unknown or was not final.
        case again
        /// It is taken back.
        case retracted
        /// The guard keeps it here.
        case held
    }

    package var collection: CollectionName
    package var id: PatternID
    /// The id as it can be shown: with placeholders for what the guard finds in it.
    package var shownID: String
    package var kind: Kind
    package var value: Double?
    /// Of the line that is sent, with its end.
    package var bytes: Int
    /// The part of a source that has it.
    package var part: String?
    /// Which record of the part it is, counted from 1.
    package var number: Int64?
    /// Rules because of which it is held back or leaves with placeholders.
    package var rules: [String] = []
    /// Canonical JSON, just as it would leave.
    package var payload: [UInt8]?

    /// Why it is sent or held back, for people.
    package var reason: String {
        let changed = GuardCode.text(rules)
        switch kind {
        case .new: return "not shared yet\(changed)"
        case .changed: return "changed since it was shared\(changed)"
        case .again: return "sent before, not accepted for good yet\(changed)"
        case .retracted: return "not to be shared any more"
        case .held: return "held back: \(rules.joined(separator: ", "))"
        }
    }

    /// Where it stands, for people.
    package var place: String {
        guard let part else { return "-" }
        return SourceRecord.place(in: part, number ?? 0)
    }

    /// The item as programs read it; with `withPayload`, with what would leave.
    package func json(withPayload: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("collection", .string(collection.text)), .init("id", .string(shownID)),
            .init("what", .string(kind.rawValue)), .init("reason", .string(reason)),
            .init("value", value.map { .number($0) } ?? .null), .init("bytes", .integer(Int64(bytes))),
            .init("source", part.map { .string($0) } ?? .null),
            .init("number", number.flatMap { $0 > 0 ? .integer($0) : nil } ?? .null),
            .init("rules", .array(rules.map { .string($0) })),
        ]
        if withPayload { members.append(.init("payload", payload.map { .raw($0) } ?? .null)) }
        return .object(members)
    }
}
