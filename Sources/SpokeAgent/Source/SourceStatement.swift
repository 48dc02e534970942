internal import Digest
internal import Federation
internal import JSON
internal import Replication

/// What this node's own sources say about one pattern: the last record that names it, which is the one that counts.
package struct SourceStatement: Sendable, Equatable {
    /// What becomes of it.
    package enum Standing: String, Sendable {
        /// The hub has just that already.
        case shared
        case offerable, pulled, retracted, unreadable, held
        case belowThreshold = "below-threshold"
        case withoutValue = "without-value"
        case notShared = "not-shared"
    }

    package var path: String
    /// Counted from 1.
    package var line: Int64
    package var standing: Standing
    /// Where it is below the threshold.
    package var value: Double?
    /// Where it is unreadable: what is wrong with it.
    package var detail: String?
    /// Where rules of this machine keep it: their codes.
    package var reasons: [String] = []

    /// Looks for pattern `id` in `parts` of sources, as `node` under `policy`.
    ///
    /// `nil` where none of them names it. What `state` knows of others and of the hub is taken into account. Throws a
    /// ``SpokeError`` where reading breaks off.
    static func find(
        _ id: PatternID,
        in parts: [any SourcePart],
        of node: NodeName,
        under policy: CollectionPolicy,
        _ outgoing: OutgoingRules,
        state: SpokeState
    ) throws -> SourceStatement? {
        let number = try state.number(of: policy.collection)
        let winners = try HeldForeignWinners(state, number, shown: state, of: policy.collection, node: node)
        let reader = SourceItemReader(policy: policy, node: node, outgoing: outgoing, hasher: SHA256())
        var found: SourceStatement?
        for part in parts {
            try part.forEachRecord { record in
                guard record.problem == nil else { return }
                var named: PatternID?
                var statement = SourceStatement(path: part.name, line: record.number, standing: .unreadable)
                do {
                    let item = try reader.read(record.text, id: &named, besides: winners)
                    statement.standing = Standing(item.standing)
                    if item.standing == .offerable, try state.hubHas(item, in: number) { statement.standing = .shared }
                    statement.value = item.value
                    statement.reasons = item.reasons
                } catch let refusal as Refusal {
                    statement.detail = "\(refusal.code.rawValue): \(reader.shown(refusal.detail))"
                }
                if named == id { found = statement }
            }
        }
        return found
    }

    /// What that means for the pattern under `policy`.
    func text(under policy: CollectionPolicy) -> String {
        let place = "\(path):\(line)"
        switch standing {
        case .belowThreshold:
            return "\(place) gives it value \(value.map { "\($0)" } ?? "-"), below the threshold \(policy.threshold) of"
                + " \(policy.collection), and what is below is never sent; give it a higher value there, or ask the hub's"
                + " operator to lower the threshold"
        case .withoutValue:
            return
                "\(place) gives it no value by the rule '\(policy.valueRule.rawValue)' of \(policy.collection), and what"
                + " has none is never sent; give it one there"
        case .unreadable: return "\(place) cannot be sent, \(detail ?? "as it cannot be read"); correct the line"
        case .retracted: return "\(place) takes it back itself, so it is not shared"
        case .pulled: return "\(place) has what another node said, so it is not offered from here"
        case .held:
            return
                "\(place) has it, and it stays here because of \(reasons.joined(separator: ", ")); take out what must"
                + " not leave, or allow it as 'tributary-spoke guard check' says"
        case .notShared:
            return "\(place) has it, and your sharing rules keep it here: \(reasons.joined(separator: ", "))"
        case .shared: return "\(place) has it, and the hub has just that of this node"
        case .offerable:
            return "\(place) has it; 'tributary-spoke sync' or 'push' offers it, and says what became of it"
        }
    }

    var json: JSONValue {
        [
            "path": .string(path), "line": .integer(line), "standing": .string(standing.rawValue),
            "value": value.map { .number($0) } ?? .null, "detail": detail.map { .string($0) } ?? .null,
            "reasons": .array(reasons.map { .string($0) }),
        ]
    }
}

extension SourceStatement.Standing {
    fileprivate init(_ standing: ScanTable.Standing) {
        self =
            switch standing {
            case .offerable: .offerable
            case .pulled: .pulled
            case .unreadable: .unreadable
            case .belowThreshold: .belowThreshold
            case .withoutValue: .withoutValue
            case .retracted: .retracted
            case .held: .held
            case .notShared: .notShared
            }
    }
}
