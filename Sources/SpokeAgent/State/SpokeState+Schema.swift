internal import Digest
internal import Federation
internal import SQLite

extension SpokeState {
    /// The version of the tables that this program writes.
    package static let schemaVersion: Int32 = 10

    /// Brings the file to the present version; throws ``SpokeError`` where a newer program made it, and `SQLiteError` where
    /// its schema was damaged since.
    func migrate() throws {
        let version = try database.userVersion
        guard version <= SpokeState.schemaVersion else {
            throw SpokeError(
                .configuration,
                "the state \(database.path) was written by a newer version of this program (schema \(version), known"
                    + " here up to \(SpokeState.schemaVersion)); install the newer version, or give another --state folder"
            )
        }
        guard version < SpokeState.schemaVersion else { return try checkSchema() }
        try database.transaction {
            // Another process may have been faster: what counts is what holds under the lock.
            let version = try database.userVersion
            guard version < SpokeState.schemaVersion else { return }
            for migration in SpokeState.migrations[Int(version)...] { try database.execute(migration) }
            if version < SpokeState.factDigestVersion { try digestFacts() }
            if version < SpokeState.contentDigestVersion { try digestWinners() }
            try database.setUserVersion(SpokeState.schemaVersion)
            try sealSchema()
        }
    }

    /// Migration n leads from version n to n + 1; one that was published is never changed.
    private static let migrations = [
        """
        -- Single values: who the hub is, its latest manifest, times of rounds.
        CREATE TABLE facts (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- One row for each collection this spoke has to do with.
        CREATE TABLE collections (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            -- The position behind the last winner held; NULL: read from the beginning.
            cursor TEXT,
            -- A pull from the beginning marks what it names with the generation, and sweeps the rest at its end.
            generation INTEGER NOT NULL DEFAULT 0,
            is_sweeping INTEGER NOT NULL DEFAULT 0,
            has_vectors INTEGER NOT NULL DEFAULT 0,
            -- Count and sum of item digests over the winners held.
            winner_count INTEGER NOT NULL DEFAULT 0,
            winner_sum BLOB NOT NULL DEFAULT (zeroblob(32)),
            -- Grows whenever a winner changes, so that sinks know whether they are up to date.
            winner_changes INTEGER NOT NULL DEFAULT 0,
            -- What the hub has of this node's statements must be read before anything is offered.
            needs_statements INTEGER NOT NULL DEFAULT 1,
            -- Describes the files and the rules of the last scan whose offers are all settled.
            scan_key TEXT,
            -- What that scan found, as JSON, for reports.
            scan_tally TEXT,
            pushed_at INTEGER,
            pulled_at INTEGER
        ) STRICT;

        -- This node's latest statement about each pattern it ever offered. state: 0 accepted, 1 pending (sent or about to
        -- be sent; the hub may have it), 2 refused.
        CREATE TABLE offered (
            collection INTEGER NOT NULL REFERENCES collections (number),
            id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            vector_digest BLOB NOT NULL,
            is_retraction INTEGER NOT NULL,
            state INTEGER NOT NULL CONSTRAINT offered_state CHECK (state IN (0, 1, 2)),
            -- The latest revision the hub is known to have, and whether it is content.
            accepted_revision INTEGER NOT NULL DEFAULT 0,
            is_live INTEGER NOT NULL DEFAULT 0,
            code TEXT,
            detail TEXT,
            is_retryable INTEGER NOT NULL DEFAULT 0,
            -- Which reading of the hub's statements named it last.
            mark INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (collection, id)
        ) STRICT, WITHOUT ROWID;

        -- Finds what is held back, for every report.
        CREATE INDEX offered_refused ON offered (collection, code) WHERE state = 2;

        -- The winners held, one row for each pattern.
        CREATE TABLE winners (
            number INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL REFERENCES collections (number),
            id TEXT NOT NULL,
            origin TEXT NOT NULL,
            incarnation INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            vector_digest BLOB NOT NULL,
            value REAL,
            updated_at INTEGER,
            payload TEXT NOT NULL,
            vector_model TEXT,
            vector BLOB,
            generation INTEGER NOT NULL
        ) STRICT;

        -- Finds a pattern, and lists a collection in the order of ids.
        CREATE UNIQUE INDEX winners_id ON winners (collection, id);

        -- The files that have contributed to a collection: while one is away, nothing is taken back.
        CREATE TABLE source_files (
            collection INTEGER NOT NULL REFERENCES collections (number),
            path TEXT NOT NULL,
            PRIMARY KEY (collection, path)
        ) STRICT, WITHOUT ROWID;

        -- What was written where, and for which changes.
        CREATE TABLE sink_files (
            collection INTEGER NOT NULL REFERENCES collections (number),
            path TEXT NOT NULL,
            winner_changes INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            PRIMARY KEY (collection, path)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        -- Of a merged winner: what it was made of, as the hub named it, a JSON array; NULL of any other.
        ALTER TABLE winners ADD COLUMN parents TEXT;

        -- The position that the hub is known to have taken as applied here; NULL: none.
        ALTER TABLE collections ADD COLUMN reported_cursor TEXT;
        """,
        """
        -- Which retraction of an operator keeps the statement that the hub has from being served, in the hub's words; NULL:
        -- none.
        ALTER TABLE offered ADD COLUMN withheld TEXT;

        -- Finds what is withheld, for every report.
        CREATE INDEX offered_withheld ON offered (collection, id) WHERE withheld IS NOT NULL;

        -- The position up to which the hub's record of own statements was read; NULL: read from the beginning.
        ALTER TABLE collections ADD COLUMN statements_cursor TEXT;
        -- The position behind the last resolution that is known to be followed here; NULL: none.
        ALTER TABLE collections ADD COLUMN resolutions_cursor TEXT;
        -- The pattern behind which what was refused as retracted is still to be offered again; NULL: nothing is.
        ALTER TABLE collections ADD COLUMN retry_after TEXT;
        """,
        """
        -- Over what a winner says, whatever its id, scores and times.
        ALTER TABLE winners ADD COLUMN content_digest BLOB NOT NULL
            DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

        -- What other nodes' winners said, also earlier ones, so that a copy is known again under whatever id.
        CREATE TABLE foreign_contents (
            number INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL REFERENCES collections (number),
            content_digest BLOB NOT NULL,
            id TEXT NOT NULL
        ) STRICT;

        -- Finds a copy.
        CREATE UNIQUE INDEX foreign_contents_content ON foreign_contents (collection, content_digest, id);
        """,
        partsMigration,
        harvestMigration,
        SpokeState.sinkPointTables,
        """
        -- Patterns that the hub withdrew: what another hub still says of them is not shown. Kept where there are several hubs.
        CREATE TABLE withdrawn (
            collection INTEGER NOT NULL REFERENCES collections (number),
            id TEXT NOT NULL,
            PRIMARY KEY (collection, id)
        ) STRICT, WITHOUT ROWID;
        """,
        SpokeState.importedTables,
        """
        -- Over name and value. From here on the text of the schema is a fact, too.
        ALTER TABLE facts ADD COLUMN digest BLOB;

        -- The hub has statements of this node that nothing here knew of, and what others say was not learned since.
        ALTER TABLE collections ADD COLUMN has_forgotten INTEGER NOT NULL DEFAULT 0;
        """,
    ]

    /// What sinks that write winner by winner remember.
    private static let sinkPointTables = """
        -- The count of changes of the collection's winners when this one changed last.
        ALTER TABLE winners ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

        -- Finds the winners that changed since a sink was written.
        CREATE INDEX winners_changed ON winners (collection, changed_at, id);

        -- How far a sink is.
        CREATE TABLE sink_positions (
            sink TEXT NOT NULL,
            collection INTEGER NOT NULL REFERENCES collections (number),
            -- The last winner that was written: when it changed, and which one it is.
            changed_at INTEGER NOT NULL,
            id TEXT NOT NULL,
            -- Points in the sink when it was last up to date, and numbers of its vectors.
            points INTEGER NOT NULL,
            dimension INTEGER NOT NULL,
            -- How often the sink was read through for what was imported.
            readings INTEGER NOT NULL,
            PRIMARY KEY (sink, collection)
        ) STRICT, WITHOUT ROWID;

        -- What became of each winner in a sink. standing: 0 written, 1 the sink had a point of its own there, 2 the point was
        -- changed there since, 3 another dimension, 4 without a vector, 5 this node's own or the same already, 6 refused.
        CREATE TABLE sink_points (
            sink TEXT NOT NULL,
            collection INTEGER NOT NULL REFERENCES collections (number),
            point TEXT NOT NULL,
            id TEXT NOT NULL,
            origin TEXT NOT NULL,
            vector_digest BLOB NOT NULL,
            standing INTEGER NOT NULL CONSTRAINT sink_points_standing CHECK (standing BETWEEN 0 AND 6),
            -- Whether the point was written, or was about to be.
            is_written INTEGER NOT NULL,
            -- Whether it stands for this node's own pattern, which another source has.
            is_copy INTEGER NOT NULL DEFAULT 0,
            -- Whether it is to be looked at again.
            is_due INTEGER NOT NULL DEFAULT 0,
            -- Whether its winner was dropped.
            is_gone INTEGER NOT NULL DEFAULT 0,
            -- Which reading of the sink named it last.
            reading INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (sink, collection, point)
        ) STRICT, WITHOUT ROWID;

        -- Finds the points of a winner, and what is to be done.
        CREATE INDEX sink_points_id ON sink_points (collection, id);
        CREATE INDEX sink_points_due ON sink_points (sink, collection, point) WHERE is_due = 1;
        CREATE INDEX sink_points_gone ON sink_points (sink, collection, point) WHERE is_gone = 1;
        CREATE INDEX sink_points_standing ON sink_points (sink, collection, standing) WHERE standing <> 0;
        CREATE INDEX sink_points_copies ON sink_points (sink, collection, point) WHERE is_copy = 1;

        -- Whatever drops a winner, the sinks have to follow.
        CREATE TRIGGER winners_dropped AFTER DELETE ON winners BEGIN
            UPDATE sink_points SET is_gone = 1 WHERE collection = OLD.collection AND id = OLD.id;
        END;

        -- What kind of vectors a part of a source had when all it offers was settled; NULL: none were read from it.
        ALTER TABLE source_files ADD COLUMN space TEXT;
        """

    /// The version from which on winners carry a digest of what they say.
    private static let contentDigestVersion: Int32 = 4

    /// The version from which on facts carry a digest.
    private static let factDigestVersion: Int32 = 10

    /// Digests the facts that were kept before.
    private func digestFacts() throws {
        let facts = try database.prepare("SELECT name, value FROM facts")
        var kept: [(name: String, value: String)] = []
        while try facts.step() { kept.append((facts.string(0), facts.string(1))) }
        for (name, value) in kept {
            try database.prepare("UPDATE facts SET digest = ?2 WHERE name = ?1")
                .run(name, factDigest(name, value).bytes)
        }
    }

    /// Digests the winners that were held before.
    private func digestWinners() throws {
        let winners = try database.prepare(
            """
            SELECT w.number, c.name, w.payload, c.number, w.id, w.origin FROM winners AS w JOIN collections AS c ON c.number = w.collection
            WHERE w.number > ?1 ORDER BY w.number LIMIT 1
            """
        )
        let update = try database.prepare("UPDATE winners SET content_digest = ?2 WHERE number = ?1")
        var last: Int64 = 0
        while true {
            winners.reset()
            try winners.bind(last, at: 1)
            guard try winners.step() else { return }
            last = winners.int64(0)
            guard let collection = CollectionName(winners.string(1)) else { continue }
            update.reset()
            try update.bind(last, at: 1)
            let content = ContentDigest.of(canonicalPayload: winners.bytes(2), collection: collection, hasher: hasher)
            try update.bind(content, at: 2)
            while try update.step() {}
            try noteForeignContent(content, winners.patternID(4), from: winners.string(5), in: winners.int64(3))
        }
    }
}
