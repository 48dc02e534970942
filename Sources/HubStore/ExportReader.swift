package import Federation
import Postgres

/// One winner as the predecessor's export shows it.
package struct ExportedWinner: Sendable {
    package var id: PatternID
    package var origin: NodeName
    package var payload: [UInt8]
    package var vector: [UInt8]?
}

/// Reads all live winners of a collection in the predecessor's order: integers by value, then everything else by bytes.
package actor ExportReader: StreamedRead {
    private static let chunkRows = 200

    private let lease: ConnectionLease
    private var isFinished = false
    package private(set) var chunks = 0

    private init(lease: ConnectionLease) {
        self.lease = lease
    }

    /// Opens the export in a snapshot of its own.
    ///
    /// Vectors of another dimension than `dimension` are left out, because the client's collection cannot hold them.
    package static func open(
        _ collection: CollectionName,
        dimension: Int32?,
        in store: Store
    ) async throws -> ExportReader {
        let lease = try await store.pool.lease()
        do {
            try await lease.run { connection in
                try connection.begin(.readOnly(isolation: .repeatableRead))
                _ = try connection.execute(declaration(collection, dimension))
            }
            return ExportReader(lease: lease)
        } catch {
            await lease.release()
            throw error
        }
    }

    private static func declaration(_ collection: CollectionName, _ dimension: Int32?) -> Query {
        """
        DECLARE export_rows NO SCROLL CURSOR FOR
        SELECT w.pattern_id, w.node, coalesce(w.payload, c.payload),
            CASE WHEN \(optional: dimension) IS NULL OR octet_length(c.vector) = 4 * \(optional: dimension) THEN c.vector END
        FROM winners AS w
        LEFT JOIN contributions AS c ON c.collection = w.collection AND c.pattern_id = w.pattern_id
            AND c.node = w.node AND c.incarnation = w.incarnation AND c.revision = w.revision
        WHERE w.collection = \(collection.text) AND w.node IS NOT NULL
        ORDER BY CASE WHEN w.pattern_id ~ '^(0|[1-9][0-9]{0,19})$' THEN w.pattern_id::numeric END NULLS LAST,
            w.pattern_id
        """
    }

    /// The next winners; none when there are no more.
    package func next() async throws -> [ExportedWinner] {
        guard !isFinished else { return [] }
        let winners = try await lease.run { connection in
            let result = try connection.fetch(ExportReader.chunkRows, from: "export_rows")
            return try result.rows.map { row in
                ExportedWinner(
                    id: try row.patternID(0),
                    origin: try row.node(1),
                    payload: try row.text(2).utf8,
                    vector: try row.optionalBytes(3)
                )
            }
        }
        chunks += 1
        if winners.isEmpty { await finish() }
        return winners
    }

    /// Ends the snapshot and gives the connection back; harmless when done already.
    package func finish() async {
        isFinished = true
        await lease.release()
    }

    package func abandon() async {
        await lease.release()
    }
}
