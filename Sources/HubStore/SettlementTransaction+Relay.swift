import Federation
import Postgres

extension SettlementTransaction {
    /// Counts, by origin, those `items` that were new here, so that it is visible whose statements a hub passes on.
    func countOrigins(of items: [AdmittedItem], _ verdicts: [Verdict], relayedBy relay: NodeName) throws {
        var incarnations: [NodeName: Int32] = [:]
        var counts: [NodeName: Int64] = [:]
        // By position: a copy of each item would cost more than counting it.
        for index in items.indices where verdicts[index] == .accepted {
            let origin = items[index].contribution.origin
            incarnations[origin] = max(incarnations[origin] ?? 1, items[index].contribution.version.incarnation)
            counts[origin, default: 0] += 1
        }
        guard !counts.isEmpty else { return }
        let origins = counts.keys.sorted()
        _ = try connection.execute(
            """
            INSERT INTO relayed_origins AS r (relay, collection, origin, incarnation, statements, first_at, last_at)
            SELECT \(relay.text), \(collection.text), origin, incarnation, statements, \(now.sql), \(now.sql)
            FROM unnest(
                \(origins.map(\.text)), \(origins.map { incarnations[$0] ?? 1 }), \(origins.map { counts[$0] ?? 1 })
            ) AS new (origin, incarnation, statements)
            ON CONFLICT (relay, collection, origin) DO UPDATE
            SET incarnation = greatest(r.incarnation, excluded.incarnation),
                statements = r.statements + excluded.statements, last_at = excluded.last_at
            """
        )
    }
}
