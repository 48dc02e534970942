internal import SQLite

extension SpokeState {
    static let partsMigration = """
        -- Parts of sources, so that other tables have a number for each.
        CREATE TABLE source_parts (
            number INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL REFERENCES collections (number),
            name TEXT NOT NULL,
            UNIQUE (collection, name)
        ) STRICT;

        -- Which part of a source said the pattern last; NULL: not known.
        ALTER TABLE offered ADD COLUMN part INTEGER REFERENCES source_parts (number);
        """

    /// The number that stands for a part of a source in the other tables; given on first use.
    func number(ofPart name: String, in collection: Int64) throws -> Int64 {
        if let number = try existingNumber(ofPart: name, in: collection) { return number }
        try database.prepare("INSERT INTO source_parts (collection, name) VALUES (?1, ?2)").run(collection, name)
        return database.lastInsertedRowID
    }

    /// The number that stands for a part of a source, where it has one.
    func existingNumber(ofPart name: String, in collection: Int64) throws -> Int64? {
        let statement = try database.prepare("SELECT number FROM source_parts WHERE collection = ?1 AND name = ?2")
        try statement.bind(collection, at: 1)
        try statement.bind(name, at: 2)
        return try statement.step() ? statement.int64(0) : nil
    }
}
