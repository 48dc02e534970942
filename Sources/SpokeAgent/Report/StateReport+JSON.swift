internal import Federation
package import JSON

extension StateReport {
    /// The report as programs read it; members are added and never change their meaning.
    package var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return .object([
            .init("hub", text(endpoint)),
            .init("preferred_hub", text(preferred)),
            .init("hub_id", text(hub)),
            .init("epoch", text(epoch)),
            .init("node", text(node)),
            .init("incarnation", incarnation.map { .integer($0) } ?? .null),
            .init("further_hubs", .array(hubs.map(\.json))),
            .init("in_sync", .boolean(isInSync)),
            .init("last_round_at", text(lastRoundAt?.description)),
            .init("last_success_at", text(lastSuccessAt?.description)),
            .init("last_error", text(lastError)),
            .init("running", run.map(\.json) ?? .null),
            .init("collections", .array(entries.map(\.json))),
        ])
    }
}

extension StateReport.Entry {
    fileprivate var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return .object([
            .init("collection", .string(collection.text)),
            .init("in_sync", .boolean(isInSync)),
            .init("offered", .integer(offered)),
            .init("pending", .integer(pending)),
            .init("refused", .integer(refused)),
            .init("refusals", .array(held.map(\.json))),
            .init("withheld", withheld.json),
            .init("source", scan?.json ?? .null),
            .init("source_changed", hasChangedSources.map { .boolean($0) } ?? .null),
            .init("retractions_held", .integer(heldRetractions?.count ?? 0)),
            .init("retractions_held_because", text(heldRetractions?.because)),
            .init("winners", .integer(winners)),
            .init("behind", behind.map { .integer($0) } ?? .null),
            .init("reported", .boolean(isReported)),
            .init("pushed_at", text(pushedAt?.description)),
            .init("pulled_at", text(pulledAt?.description)),
        ])
    }
}

extension StateReport.FurtherHub {
    fileprivate var json: JSONValue {
        [
            "hub": .string(endpoint), "node": .string(node),
            "incarnation": incarnation.map { .integer($0) } ?? .null, "pending": .integer(pending),
            "last_success_at": (lastSuccessAt?.description).map { .string($0) } ?? .null,
            "last_error": lastError.map { .string($0) } ?? .null,
        ]
    }
}
