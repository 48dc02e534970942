internal import Digest
package import Federation
internal import SQLite

/// What a spoke knows across rounds, in one SQLite file: what it offered, which winners it holds, and how far it pulled.
///
/// All of it can be rebuilt from the hub and the sources, so a lost or damaged file costs time and nothing else. One
/// thread at a time.
package final class SpokeState {
    let database: SQLiteDatabase
    let hasher = SHA256()
    /// Whose winners are shown, in the order in which they count; where there is one hub, those held here.
    var layers: [Layer] = [.own]
    /// Where there are several hubs: the state that holds what is shown, for sinks.
    var shown: SpokeState?
    /// Whether what the hub withdraws may be shown all the same, because other hubs still have it.
    var hasOtherHubs = false

    /// The folder in which it is kept; `nil` where it is kept nowhere.
    var folder: String? { database.path == StateFolder.inMemoryPath ? nil : Folder.containing(database.path) }

    init(database: SQLiteDatabase) throws {
        self.database = database
        try migrate()
    }

    /// The value kept under `name`.
    func fact(_ name: Fact) throws -> String? {
        let statement = try database.prepare("SELECT value, digest FROM facts WHERE name = ?1")
        try statement.bind(name.rawValue, at: 1)
        guard try statement.step() else { return nil }
        let value = statement.string(0)
        guard !statement.isNull(1), statement.digest(1) == factDigest(name.rawValue, value) else {
            throw damage("the \(name.rawValue) that is kept does not match its digest")
        }
        return value
    }

    /// What tells that a fact is the one that was kept.
    func factDigest(_ name: String, _ value: String) -> SHA256Digest {
        hasher.update(Array(name.utf8))
        hasher.update([0])
        hasher.update(Array(value.utf8))
        return hasher.finish()
    }

    /// Keeps `value` under `name`; `nil` forgets it.
    func setFact(_ name: Fact, _ value: String?) throws {
        guard let value else {
            try database.prepare("DELETE FROM facts WHERE name = ?1").run(name.rawValue)
            return
        }
        try database.prepare(
            """
            INSERT INTO facts (name, value, digest) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, digest = excluded.digest
            """
        ).run(name.rawValue, value, factDigest(name.rawValue, value).bytes)
    }

    /// Single values that are kept.
    enum Fact: String, CaseIterable {
        /// Over the text of the schema.
        case schema
        case hub, epoch, node, incarnation
        case endpoint
        case entityTag = "entity_tag"
        case manifest
        case lastRoundAt = "last_round_at"
        case lastSuccessAt = "last_success_at"
        case lastError = "last_error"
        /// Why something is not taken back, by collection.
        case retractionHolds = "retraction_holds"
        case lastCheckedAt = "last_checked_at"
        /// The states whose winners are shown, one name each line, in the order in which they count.
        case layers
        /// Grows whenever what ``layers`` names becomes another.
        case layerChanges = "layer_changes"
    }

    /// The number that stands for `collection` in the other tables; given on first use.
    func number(of collection: CollectionName) throws -> Int64 {
        if let number = try existingNumber(of: collection) { return number }
        try database.prepare("INSERT INTO collections (name) VALUES (?1)").run(collection.text)
        return database.lastInsertedRowID
    }

    /// The number that stands for `collection`, where it has one.
    func existingNumber(of collection: CollectionName) throws -> Int64? {
        let statement = try database.prepare("SELECT number FROM collections WHERE name = ?1")
        try statement.bind(collection.text, at: 1)
        return try statement.step() ? statement.int64(0) : nil
    }

    /// The collections that are known here, by name.
    package func collections() throws -> [CollectionName] {
        let statement = try database.prepare("SELECT name FROM collections ORDER BY name")
        var names: [CollectionName] = []
        while try statement.step() {
            if let name = CollectionName(statement.string(0)) { names.append(name) }
        }
        return names
    }
}
