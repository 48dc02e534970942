import SQLite

/// States as the versions of the program between the first and the present one left them: the first one's, on which each
/// version's own statements were run.
enum EarlierState {
    /// The versions that were published before the present one.
    static let versions = [1, 2, 3]

    /// Writes the state of `version` into the folder `state` of `folder`.
    static func write(_ version: Int, into folder: TemporaryFolder) throws {
        try FirstState.write(into: folder)
        let database = try SQLiteDatabase(path: folder("state/state.sqlite"))
        for step in steps.prefix(version - 1) { try database.execute(step) }
        try database.setUserVersion(Int32(version))
    }

    /// Whether a state of `version` tells that the hub knows what was applied.
    static func isReported(_ version: Int) -> Bool { version > 1 }

    private static let steps = [
        """
        -- Of a merged winner: what it was made of, as the hub named it, a JSON array; NULL of any other.
        ALTER TABLE winners ADD COLUMN parents TEXT;

        -- The position that the hub is known to have taken as applied here; NULL: none.
        ALTER TABLE collections ADD COLUMN reported_cursor TEXT;
        UPDATE collections SET reported_cursor = cursor;
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
    ]
}
