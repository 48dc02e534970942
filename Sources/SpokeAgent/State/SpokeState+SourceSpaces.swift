internal import SQLite

extension SpokeState {
    /// What kind of vectors the part `path` had when all it offers was settled; `nil` where none were read from it.
    func sourceSpace(_ path: String, of collection: Int64) throws -> String? {
        let statement = try database.prepare("SELECT space FROM source_files WHERE collection = ?1 AND path = ?2")
        try statement.bind(collection, at: 1)
        try statement.bind(path, at: 2)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.string(0)
    }

    /// Keeps what kind of vectors a part has.
    func saveSourceSpace(_ space: String, _ path: String, of collection: Int64) throws {
        try database.prepare("UPDATE source_files SET space = ?3 WHERE collection = ?1 AND path = ?2")
            .run(collection, path, space)
    }

    /// Whether this node ever said anything about `collection`.
    func hasOffered(in collection: Int64) throws -> Bool {
        let statement = try database.prepare("SELECT EXISTS (SELECT 1 FROM offered WHERE collection = ?1)")
        try statement.bind(collection, at: 1)
        return try statement.step() && statement.bool(0)
    }

    /// This node, as the state knows it.
    func nodeName() throws -> String? {
        try fact(.node)
    }
}
