import Digest
package import Federation
import Postgres

/// Reads the winners of some collections as a snapshot has them, all in one view of the database, some rows at a time, so
/// that memory does not grow with them.
package actor WinnerExport: StreamedRead {
    private static let chunkRows = 200

    private let lease: ConnectionLease
    private var isReading = false
    package private(set) var chunks = 0

    private init(lease: ConnectionLease) {
        self.lease = lease
    }

    /// Opens the view, which lasts until ``finish()``.
    package static func open(in store: Store) async throws -> WinnerExport {
        let lease = try await store.pool.lease()
        do {
            try await lease.run { try $0.begin(.readOnly(isolation: .repeatableRead)) }
            return WinnerExport(lease: lease)
        } catch {
            await lease.release()
            throw error
        }
    }

    /// What the winners of `collection` add up to.
    package func entry(of collection: CollectionName) async throws -> SnapshotManifest.Entry {
        try await declare(collection, withContents: false)
        var set = SetDigest()
        while true {
            let part = try await lease.run { connection in
                let hasher = SHA256()
                var part = SetDigest()
                for row in try connection.fetch(WinnerExport.chunkRows, from: "snapshot_rows").rows {
                    part.insert(try row.snapshotIdentity().digest(in: collection, hasher: hasher))
                }
                return part
            }
            set.formUnion(part)
            if part.count < Int64(WinnerExport.chunkRows) { break }
        }
        try await close()
        return SnapshotManifest.Entry(collection: collection, set: set)
    }

    /// Begins to read the winners of `collection`; ``next()`` brings them.
    package func begin(_ collection: CollectionName) async throws {
        try await declare(collection, withContents: true)
    }

    /// The next winners, in the order of ids; none when there are no more.
    package func next() async throws -> [SnapshotItem] {
        guard isReading else { return [] }
        let items = try await lease.run { connection in
            try connection.fetch(WinnerExport.chunkRows, from: "snapshot_rows").rows.map { row in
                SnapshotItem(
                    identity: try row.snapshotIdentity(),
                    payload: try row.text(8).utf8,
                    vector: try row.optionalBytes(9)
                )
            }
        }
        chunks += 1
        if items.isEmpty { try await close() }
        return items
    }

    /// Ends the view and gives the connection back; harmless when done already.
    package func finish() async {
        isReading = false
        await lease.release()
    }

    package func abandon() async {
        await lease.release()
    }

    private func declare(_ collection: CollectionName, withContents: Bool) async throws {
        let query = WinnerExport.declaration(collection, withContents)
        _ = try await lease.run { _ = try $0.execute(query) }
        isReading = true
    }

    private func close() async throws {
        isReading = false
        _ = try await lease.run { _ = try $0.execute("CLOSE snapshot_rows") }
    }

    /// Columns in the order `snapshotIdentity` reads them, then payload and vector.
    ///
    /// What an operator resolved and nobody claims has no number: nobody said it under one.
    private static func declaration(_ collection: CollectionName, _ withContents: Bool) -> Query {
        """
        DECLARE snapshot_rows NO SCROLL CURSOR FOR
        SELECT w.pattern_id, w.node,
            CASE WHEN w.payload IS NULL OR w.parents IS NOT NULL THEN w.incarnation END, w.revision, w.parents,
            w.checksum, w.vector_digest, CASE WHEN c.vector IS NOT NULL THEN coalesce(c.vector_model, '') END,
            CASE WHEN \(withContents) THEN coalesce(w.payload, c.payload) END,
            CASE WHEN \(withContents) THEN c.vector END
        FROM winners AS w
        LEFT JOIN contributions AS c ON c.collection = w.collection AND c.pattern_id = w.pattern_id
            AND c.node = w.node AND c.incarnation = w.incarnation AND c.revision = w.revision
        WHERE w.collection = \(collection.text) AND w.node IS NOT NULL
        ORDER BY w.pattern_id
        """
    }
}

extension Row {
    /// What tells an item of a snapshot from others, in eight columns.
    fileprivate func snapshotIdentity() throws -> SnapshotIdentity {
        let revision = try int64(3)
        let model = try optionalString(7)
        return SnapshotIdentity(
            id: try patternID(0),
            origin: try node(1),
            number: try optionalInt32(2).map { .init(incarnation: $0, revision: revision) },
            parents: try parents(4),
            checksum: try digest(5),
            vectorDigest: try digest(6),
            hasVector: model != nil,
            vectorModel: model.flatMap { $0.isEmpty ? nil : $0 }
        )
    }
}
