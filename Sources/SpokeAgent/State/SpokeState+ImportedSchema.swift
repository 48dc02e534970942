extension SpokeState {
    /// What came in snapshot files.
    static let importedTables = """
        -- Patterns that came in snapshot files, one row for each. No hub sweeps them; a winner of the same id stands before.
        CREATE TABLE imported (
            number INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL REFERENCES collections (number),
            id TEXT NOT NULL,
            origin TEXT NOT NULL,
            -- 0: nobody gave it a number.
            incarnation INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            vector_digest BLOB NOT NULL,
            value REAL,
            updated_at INTEGER,
            payload TEXT NOT NULL,
            vector_model TEXT,
            vector BLOB,
            parents TEXT,
            content_digest BLOB NOT NULL,
            -- The count of changes of the collection's winners when this was imported.
            changed_at INTEGER NOT NULL
        ) STRICT;

        -- Finds a pattern, and lists a collection in the order of ids.
        CREATE UNIQUE INDEX imported_id ON imported (collection, id);

        -- Finds what was imported since a sink was written.
        CREATE INDEX imported_changed ON imported (collection, changed_at, id);

        -- What was learned, from the hub and from files: what sinks write and what is listed.
        CREATE VIEW learned AS
        SELECT collection, id, origin, incarnation, revision, checksum, vector_digest, value, updated_at, payload,
            vector_model, vector, parents, content_digest, changed_at, 0 AS is_imported
        FROM winners
        UNION ALL
        SELECT collection, id, origin, incarnation, revision, checksum, vector_digest, value, updated_at, payload,
            vector_model, vector, parents, content_digest, changed_at, 1
        FROM imported AS i
        WHERE NOT EXISTS (SELECT 1 FROM winners AS w WHERE w.collection = i.collection AND w.id = i.id);

        -- Sinks have to follow here too; where a winner stands before, it is its dropping that counts.
        CREATE TRIGGER imported_dropped AFTER DELETE ON imported
        WHEN NOT EXISTS (SELECT 1 FROM winners WHERE collection = OLD.collection AND id = OLD.id) BEGIN
            UPDATE sink_points SET is_gone = 1 WHERE collection = OLD.collection AND id = OLD.id;
        END;
        """
}
