extension SpokeState {
    static let harvestMigration = """
        -- What of a followed log was a pattern, kept so that nothing is lost when the log is rotated away.
        CREATE TABLE harvest (
            number INTEGER PRIMARY KEY,
            part INTEGER NOT NULL REFERENCES source_parts (number),
            id TEXT NOT NULL,
            -- A record as sources hand them out, as JSON.
            record TEXT NOT NULL,
            -- When it was read, in microseconds.
            at INTEGER NOT NULL
        ) STRICT;

        -- Finds a pattern that was read before.
        CREATE UNIQUE INDEX harvest_id ON harvest (part, id);

        -- Lists what was kept of a log in the order in which it came.
        CREATE INDEX harvest_order ON harvest (part, number);

        -- How far each file of a followed log was read: all of them are remembered that are still there.
        CREATE TABLE followed_files (
            part INTEGER NOT NULL REFERENCES source_parts (number),
            device INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            -- The position behind the last whole line that was read.
            position INTEGER NOT NULL,
            -- The file's first bytes up to the position, and the last ones before it: how many, and their digests.
            head_length INTEGER NOT NULL,
            head_digest BLOB NOT NULL,
            tail_length INTEGER NOT NULL,
            tail_digest BLOB NOT NULL,
            PRIMARY KEY (part, device, inode)
        ) STRICT, WITHOUT ROWID;

        -- By which rules a log was followed, and how often what was kept of it has changed.
        CREATE TABLE followed_logs (
            part INTEGER PRIMARY KEY REFERENCES source_parts (number),
            rules TEXT NOT NULL,
            changes INTEGER NOT NULL
        ) STRICT;

        -- How many events were passed over, by the reason.
        CREATE TABLE passed_over (
            part INTEGER NOT NULL REFERENCES source_parts (number),
            code TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (part, code)
        ) STRICT, WITHOUT ROWID;
        """
}
