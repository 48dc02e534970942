internal import Federation
package import JSON
internal import Replication

extension RoundReport {
    /// The report as programs read it; members are added and never change their meaning.
    package var json: JSONValue {
        .object([
            .init("command", .string(kind.rawValue)),
            .init("status", .string(status.name)),
            .init("exit_code", .integer(Int64(status.rawValue))),
            .init("hub", .string(endpoint)),
            .init("node", .string(node.text)),
            .init("started_at", .string(startedAt.description)),
            .init("finished_at", .string(finishedAt.description)),
            .init("changed", .boolean(isChange)),
            .init("collections", .array(collections.map(\.json))),
            .init("notes", .array(notes.map { .string($0) })),
            .init("error", failure.map { .string($0.description) } ?? .null),
        ])
    }
}

extension CollectionReport {
    var json: JSONValue {
        .object([
            .init("collection", .string(collection.text)),
            .init("status", .string(status.name)),
            .init("threshold", .number(threshold)),
            .init("source", scan?.json ?? .null),
            .init("scanned", .boolean(wasScanned)),
            .init("read", .integer(scan?.read ?? 0)),
            .init("high_value", .integer(scan?.offerable ?? 0)),
            .init("pushed", .integer(push.accepted)),
            .init("unchanged", .integer(unchanged)),
            .init("refused", .integer(refused)),
            .init("refusals", .array(held.map(\.json))),
            .init("withheld", withheld.json),
            .init("unreadable", .integer(scan?.unreadable ?? 0)),
            .init("retracted", .integer(push.retracted)),
            .init("retractions_held", .integer(heldRetractions?.count ?? 0)),
            .init("retractions_held_because", heldRetractions.map { .string($0.description) } ?? .null),
            .init("learned", .integer(learned)),
            .init("learned_from", .object(origins)),
            .init("own_winners", .integer(ownWinners)),
            .init("withdrawn", .integer(pull.withdrawn)),
            .init("attributed", .integer(pull.attributed)),
            .init("read_from_beginning", .boolean(pull.startedOver)),
            .init("winners", .integer(winners)),
            .init("sinks_written", .integer(Int64(sinksWritten))),
            .init("sink_findings", .array(sinkFindings.map { .string($0) })),
            .init("sink_notes", .array(sinkNotes.map { .string($0) })),
            .init("checkpoint_error", checkpointProblem.map { .string($0) } ?? .null),
            .init("error", problem.map { .string($0.description) } ?? .null),
        ])
    }

    private var origins: [JSONValue.Member] {
        pull.learned.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key.text, .integer($0.value)) }
    }

}

extension HeldItems {
    var json: JSONValue {
        [
            "code": .string(code), "count": .integer(count), "example_id": .string(exampleID),
            "example_detail": .string(exampleDetail), "items": .array(listed.map(\.json)),
        ]
    }
}

extension HeldItem {
    var json: JSONValue { ["id": .string(id), "detail": .string(detail)] }
}

extension WithheldStatements {
    var json: JSONValue { ["count": .integer(count), "items": .array(listed.map(\.json))] }
}
