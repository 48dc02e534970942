package import JSON

/// How a collection's patterns are merged: a rule for each top-level field that is not simply the best candidate's.
///
/// Names are told apart by their bytes; texts that only look alike are different fields.
package struct MergeRules: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var name: CanonicalName
        var field: String
        var rule: MergeRule

        static func == (left: Entry, right: Entry) -> Bool {
            left.name == right.name && left.rule == right.rule
        }
    }

    /// In the order in which canonical text has its members, so that both are read side by side.
    private(set) var entries: [Entry] = []

    /// Rules that say nothing: the best candidate's payload is the result.
    package init() {}

    /// The rules in an object like ``json``; `nil` where it is none or goes beyond ``Limits``.
    package init?(_ node: JSONNode) {
        guard node.kind == .object else { return nil }
        for (field, value) in node.members {
            guard let rule = value.string.flatMap(MergeRule.init), set(field, rule) else { return nil }
        }
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// The fields that have a rule, in the order of their bytes.
    package var fields: [String] {
        entries.map(\.field).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The rule of `field`.
    package func rule(for field: String) -> MergeRule {
        let name = CanonicalName(field)
        return entries.first { $0.name == name }?.rule ?? .best
    }

    /// Gives `field` a rule, or takes it away with `best`; returns whether that was within ``Limits``, and changes nothing
    /// where it was not.
    @discardableResult
    package mutating func set(_ field: String, _ rule: MergeRule) -> Bool {
        guard MergeRules.isField(field), rule.isWithinLimits else { return false }
        let name = CanonicalName(field)
        let position = entries.firstIndex { $0.name >= name } ?? entries.endIndex
        let isPresent = position < entries.endIndex && entries[position].name == name
        switch (rule, isPresent) {
        case (.best, true): entries.remove(at: position)
        case (.best, false): break
        case (_, true): entries[position].rule = rule
        case (_, false):
            guard entries.count < Limits.mergeFields else { return false }
            entries.insert(Entry(name: name, field: field, rule: rule), at: position)
        }
        return true
    }

    /// Fields that say how good, when or which: the best contribution's, never made of several.
    private static let unmergeable: Set<String> = [
        "id", "pattern_id", "value_score", "confidence_score", "last_updated", "last_used", "last_validated",
        "updated_at", "timestamp",
    ]

    /// Whether a rule can be about a field of this name: 1-128 bytes without control characters, and none of those that
    /// say how good, when or which.
    package static func isField(_ name: String) -> Bool {
        (1...Limits.mergeFieldBytes).contains(name.utf8.count) && !unmergeable.contains(name)
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    /// The rules by field, in the order of the fields' bytes.
    package var json: JSONValue {
        .object(fields.map { JSONValue.Member($0, .string(rule(for: $0).text)) })
    }
}
