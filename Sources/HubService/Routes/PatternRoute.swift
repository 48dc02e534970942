import Digest
package import Federation
package import HubStore
import Hummingbird
package import JSON

/// `GET /v1/collections/{collection}/patterns/{id}`: everything the hub knows about one pattern.
struct PatternRoute: Sendable {
    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        let collection = try context.collection()
        let id = try PatternRoute.patternID(context.parameters.get("id") ?? "")
        let record = try await hub.store.pattern(id, in: collection)
        guard !record.contributions.isEmpty || record.winner != nil else {
            throw Problem(404, .notFound, "no node ever said anything about pattern '\(id)' of '\(collection)' here")
        }
        return Response(json: record.json(id: id))
    }

    private static func patternID(_ segment: String) throws -> PatternID {
        guard let bytes = PercentEncoding.decode(segment), let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(400, .parameterInvalid, "the id in the path is not percent-encoded UTF-8")
        }
        do throws(InvalidPatternID) { return try PatternID(text) } catch {
            throw Problem(400, .parameterInvalid, error.detail)
        }
    }
}

extension PatternRecord {
    /// The record as operators and nodes see it.
    package func json(id: PatternID) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("collection", .string(policy.collection.text)),
            .init("id", .string(id.description)),
            .init("strategy", .string(policy.strategy.rawValue)),
            .init("threshold", .number(policy.threshold)),
            .init("state", .string(winner?.state.rawValue ?? "none")),
        ]
        if let explanation = Explanation(candidates, strategy: policy.strategy) {
            members.append(.init("winner", explanation.winner.json))
            members.append(.init("runner_up", explanation.runnerUp?.json ?? .null))
            members.append(.init("decided_by", (explanation.decidedBy?.rawValue).map(JSONValue.string) ?? .null))
            members.append(.init("contents", .integer(Int64(explanation.contents))))
        }
        members.append(.init("contributors", .integer(Int64(winner?.contributors ?? 0))))
        members.append(.init("contributions", .array(contributions.map(json(of:)))))
        members.append(.init("history", .array(history.map(\.json))))
        return .object(members)
    }

    /// The contributions that can win.
    package var candidates: [Candidate] {
        contributions.compactMap { line in
            guard let provenance = line.provenance, let value = line.value, let updatedAt = line.updatedAt,
                policy.admitsToWin(value)
            else { return nil }
            return Candidate(
                origin: provenance.origin,
                version: provenance.version,
                value: value,
                updatedAt: updatedAt
            )
        }
    }

    private func json(of line: FeedLine) -> JSONValue {
        var bytes: [UInt8] = []
        line.append(to: &bytes)
        return .raw(Array(bytes.dropLast()))
    }
}

extension Candidate {
    /// The candidate with what strategies compare.
    package var json: JSONValue {
        [
            "origin": .string(origin.text),
            "value": .number(value),
            "updated_at": .string(updatedAt.description),
            "checksum": .string(version.checksum.hex),
            "incarnation": .integer(Int64(version.incarnation)),
            "revision": .integer(version.revision),
        ]
    }
}

extension PatternRecord.Superseded {
    var json: JSONValue {
        [
            "origin": .string(origin.text),
            "incarnation": .integer(Int64(version.incarnation)),
            "revision": .integer(version.revision),
            "checksum": .string(version.checksum.hex),
            "value": value.map(JSONValue.number) ?? .null,
            "updated_at": (updatedAt?.description).map(JSONValue.string) ?? .null,
            "superseded_at": .string(supersededAt.description),
        ]
    }
}
