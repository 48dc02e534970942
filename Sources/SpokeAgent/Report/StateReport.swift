package import Federation
package import JSON
internal import Presentation

/// What a state holds, told without asking the hub.
package struct StateReport: Sendable {
    /// One collection.
    package struct Entry: Sendable {
        package var collection: CollectionName
        /// Patterns of this node that the hub has.
        package var offered: Int64
        /// Statements whose answer is still to come.
        package var pending: Int64
        package var held: [HeldItems]
        /// What the hub has of this node and an operator retracted.
        package var withheld: WithheldStatements
        /// Winners held here.
        package var winners: Int64
        /// Patterns that came in files, and of which no winner is held.
        package var imported: Int64
        /// Whether the hub knows that all of them were applied.
        package var isReported: Bool
        package var pushedAt: Timestamp?
        package var pulledAt: Timestamp?
    }

    package var endpoint: String?
    package var hub: String?
    package var epoch: String?
    package var node: String?
    package var entries: [Entry]
    package var lastRoundAt: Timestamp?
    package var lastSuccessAt: Timestamp?
    package var lastError: String?

    /// Reads the report from `state`.
    package init(_ state: SpokeState) throws {
        endpoint = try state.fact(.endpoint)
        hub = try state.fact(.hub)
        epoch = try state.fact(.epoch)
        node = try state.fact(.node)
        lastRoundAt = try state.time(.lastRoundAt)
        lastSuccessAt = try state.time(.lastSuccessAt)
        lastError = try state.fact(.lastError)
        entries = try state.collections().map { collection in
            let number = try state.number(of: collection)
            let counts = try state.offerCounts(in: number)
            let times = try state.times(of: number)
            return Entry(
                collection: collection,
                offered: counts.accepted,
                pending: counts.pending,
                held: try state.heldItems(in: number),
                withheld: try state.withheldStatements(in: number),
                winners: try state.winnerPosition(of: collection).count,
                imported: try state.importedCount(of: collection),
                isReported: try state.isReported(collection),
                pushedAt: times.pushed,
                pulledAt: times.pulled
            )
        }
    }

    /// The report as people read it.
    package var text: String {
        guard let node, let endpoint else { return "this state has not met a hub yet; run 'tributary-spoke sync'" }
        var lines = [
            "node \(node)", "hub \(endpoint)", "hub id \(hub ?? "unknown"), epoch \(epoch ?? "unknown")",
            "last round \(lastRoundAt?.description ?? "never"), last success \(lastSuccessAt?.description ?? "never")",
        ]
        if let lastError { lines.append("last error: \(lastError)") }
        var table = TextTable(
            ["collection", "offered", "pending", "refused", "winners held", "hub knows", "last pull"],
            numbers: 1..<5
        )
        for entry in entries {
            let refused = entry.held.reduce(0) { $0 + $1.count }
            let counts = [entry.offered, entry.pending, refused, entry.winners].map { String($0) }
            let words = [entry.isReported ? "yes" : "no", entry.pulledAt?.description ?? "never"]
            table.append([entry.collection.text] + counts + words)
        }
        let findings = entries.flatMap { $0.withheld.findings($0.collection, maximumLines: SourceLimits.listedLines) }
        return (lines.map(HarmlessText.of) + table.lines + findings.map(HarmlessText.of)).joined(separator: "\n")
    }

    /// The report as programs read it.
    package var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return .object([
            .init("hub", text(endpoint)),
            .init("hub_id", text(hub)),
            .init("epoch", text(epoch)),
            .init("node", text(node)),
            .init("last_round_at", text(lastRoundAt?.description)),
            .init("last_success_at", text(lastSuccessAt?.description)),
            .init("last_error", text(lastError)),
            .init(
                "collections",
                .array(
                    entries.map { entry in
                        .object([
                            .init("collection", .string(entry.collection.text)),
                            .init("offered", .integer(entry.offered)),
                            .init("pending", .integer(entry.pending)),
                            .init("refused", .integer(entry.held.reduce(0) { $0 + $1.count })),
                            .init("withheld", entry.withheld.json),
                            .init("winners", .integer(entry.winners)),
                            .init("reported", .boolean(entry.isReported)),
                            .init("pushed_at", text(entry.pushedAt?.description)),
                            .init("pulled_at", text(entry.pulledAt?.description)),
                        ])
                    }
                )
            ),
        ])
    }
}
