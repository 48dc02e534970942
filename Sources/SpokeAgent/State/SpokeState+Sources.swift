internal import Digest
package import Federation
internal import SQLite

extension SpokeState {
    /// What the last fully settled scan of a collection was made of, and what it found.
    func lastScan(of collection: Int64) throws -> (key: String?, tally: String?) {
        let statement = try database.prepare("SELECT scan_key, scan_tally FROM collections WHERE number = ?1")
        try statement.bind(collection, at: 1)
        guard try statement.step() else { return (nil, nil) }
        return (
            statement.isNull(0) ? nil : statement.string(0), statement.isNull(1) ? nil : statement.string(1)
        )
    }

    /// The key of a scan that was made of what `key` says, and has to be made again all the same.
    static func unsettledKey(_ key: String) -> String { "again " + key }

    /// Keeps what a scan found; `key` is `nil` as long as not all it offers is settled.
    func saveScan(of collection: Int64, key: String?, tally: String?) throws {
        try database.prepare("UPDATE collections SET scan_key = ?2, scan_tally = ?3 WHERE number = ?1")
            .run(collection, key, tally)
    }

    /// The files that have contributed to a collection.
    func sourceFiles(of collection: Int64) throws -> [String] {
        let statement = try database.prepare("SELECT path FROM source_files WHERE collection = ?1 ORDER BY path")
        try statement.bind(collection, at: 1)
        var paths: [String] = []
        while try statement.step() { paths.append(statement.string(0)) }
        return paths
    }

    /// The files that have contributed to `collection`, as they were named then.
    package func sourcePaths(of collection: CollectionName) throws -> [String] {
        try existingNumber(of: collection).map(sourceFiles(of:)) ?? []
    }

    /// Keeps `paths` as files that have contributed to a collection.
    func addSourceFiles(_ paths: [String], to collection: Int64) throws {
        try database.transaction {
            for path in paths {
                try database.prepare("INSERT OR IGNORE INTO source_files (collection, path) VALUES (?1, ?2)")
                    .run(collection, path)
            }
        }
    }

    /// Forgets that `path` has contributed to a collection.
    func removeSourceFile(_ path: String, from collection: Int64) throws {
        try database.prepare("DELETE FROM source_files WHERE collection = ?1 AND path = ?2").run(collection, path)
    }

    /// Whether what is held or was imported of pattern `id` has this content and is not `node`'s own: another's, or
    /// merged.
    func isForeignWinner(
        _ id: PatternID,
        _ checksum: SHA256Digest,
        notFrom node: NodeName,
        in collection: Int64
    ) throws -> Bool {
        let statement = try database.prepare(
            """
            SELECT 1 FROM winners
            WHERE collection = ?1 AND id = ?2 AND checksum = ?3 AND (origin <> ?4 OR parents IS NOT NULL)
            UNION ALL
            SELECT 1 FROM imported
            WHERE collection = ?1 AND id = ?2 AND checksum = ?3 AND (origin <> ?4 OR parents IS NOT NULL)
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(id, at: 2)
        try statement.bind(checksum, at: 3)
        try statement.bind(node.text, at: 4)
        return try statement.step()
    }

    /// Whether another node's winner said the same as `content` under another id than `id` alone, while the hub never had
    /// `id` from this node.
    func isForeignCopy(
        _ content: SHA256Digest,
        besides id: PatternID,
        in collection: Int64
    ) throws -> Bool {
        let statement = try database.prepare(
            """
            SELECT 1 FROM foreign_contents
            WHERE collection = ?1 AND content_digest = ?2
                AND NOT EXISTS (
                    SELECT 1 FROM foreign_contents WHERE collection = ?1 AND content_digest = ?2 AND id = ?3
                )
                AND NOT EXISTS (
                    SELECT 1 FROM offered WHERE collection = ?1 AND id = ?3 AND (accepted_revision > 0 OR state = 1)
                )
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(content, at: 2)
        try statement.bind(id, at: 3)
        return try statement.step()
    }

    /// Remembers what a winner of `origin` says, where that is another node.
    func noteForeignContent(
        _ content: SHA256Digest,
        _ id: PatternID,
        from origin: String,
        in collection: Int64
    ) throws {
        guard try origin != fact(.node) else { return }
        let insert = try database.prepare(
            "INSERT OR IGNORE INTO foreign_contents (collection, content_digest, id) VALUES (?1, ?2, ?3)"
        )
        try insert.bind(collection, at: 1)
        try insert.bind(content, at: 2)
        try insert.bind(id, at: 3)
        while try insert.step() {}
    }

    /// Forgets the oldest of the contents remembered, where there are more than ``SourceLimits/foreignContents``.
    func boundForeignContents() throws {
        try database.prepare(
            "DELETE FROM foreign_contents WHERE number <= (SELECT max(number) FROM foreign_contents) - ?1"
        ).run(SourceLimits.foreignContents)
    }
}
