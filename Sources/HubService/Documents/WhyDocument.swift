import Digest
package import Federation
package import HubStore
package import JSON

extension PatternRecord {
    /// Why the pattern is served as it is, or is not: every statement, the rule with its inputs, and what would change it.
    ///
    /// Payloads are shown of the contributions that `showsPayload` names; with all of them the document holds everything
    /// that the decision was made from.
    package func document(showingPayloadOf showsPayload: (Candidate) -> Bool) -> JSONValue {
        let explanation = explanation
        let state = servedState(explanation)
        var members: [JSONValue.Member] = [
            .init("collection", .string(policy.collection.text)),
            .init("id", .string(id.description)),
        ]
        if let time { members.append(.init("at", .string(time.description))) }
        members += [
            .init("state", .string(state)),
            .init("summary", .string(summary(explanation))),
            .init("strategy", .string(policy.strategy.rawValue)),
            .init("threshold", .number(policy.threshold)),
            .init("policy", policy.json),
            .init("rule", .string(policy.strategy.rule)),
            .init("contributors", .integer(Int64(candidates.count))),
            .init("contents", .integer(Int64(explanation.contents))),
        ]
        members += decisionMembers(explanation, showsPayload)
        if explanation.decision.candidate == nil {
            let absence = Absence(evidence)
            members.append(
                .init("absent", ["code": .string(absence.rawValue), "detail": .string(detail(of: absence))])
            )
        }
        if let erasure {
            let statement: JSONValue = [
                "at": .string(erasure.decidedAt.description), "by": .string(erasure.decidedBy),
                "reason": .string(erasure.reason),
            ]
            members.append(.init("erasure", statement))
        }
        members += [
            .init("contributions", .array(contributions.map { json(of: $0, showsPayload) })),
            .init("resolutions", .array(resolutions.map(\.json))),
            .init("quarantine", .array(quarantine.map(\.summary))),
            .init("history", .array(history.map(\.json))),
        ]
        return .object(members)
    }

    private func servedState(_ explanation: Explanation) -> String {
        if contributions.isEmpty, decidingResolution == nil, winner == nil { return "none" }
        return explanation.decision.state.rawValue
    }

    private func decisionMembers(
        _ explanation: Explanation,
        _ showsPayload: (Candidate) -> Bool
    ) -> [JSONValue.Member] {
        let decision = explanation.decision
        var winner = JSONValue.null
        if let candidate = decision.candidate {
            winner = candidate.json(
                composed: decision.composition,
                writtenBy: explanation.writtenBy,
                withPayload: showsPayload(candidate)
            )
        }
        return [
            .init("winner", winner),
            .init("runner_up", explanation.runnerUp?.json ?? .null),
            .init("decided_by", (explanation.decidedBy?.rawValue).map(JSONValue.string) ?? .null),
            .init("margin", explanation.margin.map(JSONValue.number) ?? .null),
            .init("flips", .array(explanation.flips.map(\.json))),
        ]
    }

    private func json(of held: HeldContribution, _ showsPayload: (Candidate) -> Bool) -> JSONValue {
        let candidate = held.candidate
        let hasContent = !held.isRetraction && !held.isErased
        var members: [JSONValue.Member] = [
            .init("origin", .string(candidate.origin.text)),
            .init("incarnation", .integer(Int64(candidate.version.incarnation))),
            .init("revision", .integer(candidate.version.revision)),
            .init("state", .string(held.isErased ? "erased" : held.isRetraction ? "retracted" : "live")),
            .init("value", hasContent ? .number(candidate.value) : .null),
            .init("updated_at", hasContent ? .string(candidate.updatedAt.description) : .null),
            .init("received_at", .string(held.receivedAt.description)),
            .init("checksum", .string(candidate.version.checksum.hex)),
            .init("path", .array(held.path.map { .string($0.text) })),
            .init("standing", .string(held.standing(under: policy).rawValue)),
        ]
        if candidate.version.vectorDigest != .none {
            members.append(.init("vector_digest", .string(candidate.version.vectorDigest.hex)))
        }
        if let model = held.vectorModel { members.append(.init("vector_model", .string(model))) }
        if let dimension = held.vectorDimension {
            members.append(.init("vector_dimension", .integer(Int64(dimension))))
        }
        if let payload = candidate.payload, showsPayload(candidate) {
            members.append(.init("payload", .raw(payload)))
        }
        return .object(members)
    }
}

extension ConflictStrategy {
    /// The rule in a sentence.
    var rule: String {
        switch self {
        case .latest: "the latest wins: the greatest (updated_at, value, checksum), then the lowest origin"
        case .highestValue: "the highest value wins: the greatest (value, updated_at, checksum), then the lowest origin"
        case .merge: "all are merged: single fields of the highest value, lists united, counts summed"
        case .manual: "a person decides where contents differ"
        }
    }
}

extension Candidate {
    /// The candidate with what strategies compare.
    package var json: JSONValue { json(composed: nil, writtenBy: nil, withPayload: false) }

    /// The same with the content, where it is not a contribution's own.
    func json(composed composition: Composition?, writtenBy: String?, withPayload showsPayload: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("origin", .string(origin.text)),
            .init("value", .number(value)),
            .init("updated_at", .string(updatedAt.description)),
            .init("checksum", .string(version.checksum.hex)),
            .init("incarnation", .integer(Int64(version.incarnation))),
            .init("revision", .integer(version.revision)),
        ]
        if version.vectorDigest != .none {
            members.append(.init("vector_digest", .string(version.vectorDigest.hex)))
        }
        if let composition {
            if let parents = composition.parents.references, !parents.isEmpty {
                members.append(.init("parents", .array(parents.map(\.json))))
            }
            if let writtenBy { members.append(.init("written_by", .string(writtenBy))) }
            if showsPayload { members.append(.init("payload", .raw(composition.payload))) }
        }
        return .object(members)
    }
}

extension SupersededContribution {
    var json: JSONValue {
        [
            "origin": .string(reference.origin.text),
            "incarnation": .integer(Int64(reference.incarnation)),
            "revision": .integer(reference.revision),
            "checksum": .string(reference.checksum.hex),
            "value": value.map(JSONValue.number) ?? .null,
            "updated_at": (updatedAt?.description).map(JSONValue.string) ?? .null,
            "received_at": .string(receivedAt.description),
            "superseded_at": .string(supersededAt.description),
            "ended_by": .string(wasLeftOut ? "revocation" : "newer-statement"),
        ]
    }
}

extension QuarantineEntry {
    /// The entry without its body.
    var summary: JSONValue {
        [
            "number": .integer(number),
            "node": .string(node.text),
            "code": .string(item.refusal.code.rawValue),
            "detail": .string(item.refusal.detail),
            "last_refused_at": .string(lastRefusedAt.description),
        ]
    }
}

extension Flip {
    var json: JSONValue {
        var members: [JSONValue.Member] = [.init("origin", .string(origin.text))]
        switch change {
        case .value(let value, let exclusive):
            members += [
                .init("change", "value"), .init("to", .number(value)), .init("exclusive", .boolean(exclusive)),
            ]
        case .updatedAt(let time, let exclusive):
            members += [
                .init("change", "updated_at"), .init("to", .string(time.description)),
                .init("exclusive", .boolean(exclusive)),
            ]
        case .retraction: members.append(.init("change", "retraction"))
        }
        members.append(.init("then", .string(then.text)))
        members.append(.init("text", .string(text)))
        return .object(members)
    }

    /// The change in words.
    private var text: String {
        let who = "\(origin)'s contribution"
        switch change {
        case .value(let value, let exclusive) where origin == then:
            return "\(who) at a value \(exclusive ? "above" : "of at least") \(value) would win"
        case .value(let value, let exclusive):
            return "\(who) at a value \(exclusive ? "below" : "of at most") \(value) would lose to \(then)'s"
        case .updatedAt(let time, let exclusive) where origin == then:
            return "\(who) updated \(exclusive ? "after" : "at or after") \(time) would win"
        case .updatedAt(let time, let exclusive):
            return "\(who) updated \(exclusive ? "before" : "at or before") \(time) would lose to \(then)'s"
        case .retraction: return "\(who) taken back, \(then)'s would win"
        }
    }
}
