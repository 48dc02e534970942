internal import Digest
internal import Federation
internal import JSON
internal import SQLite

/// The domain's values in statements and rows.
extension Statement {
    func bind(_ flag: Bool, at position: Int) throws(SQLiteError) {
        try bind(Int64(flag ? 1 : 0), at: position)
    }

    func bind(_ digest: SHA256Digest, at position: Int) throws(SQLiteError) {
        try bind(digest.bytes, at: position)
    }

    func bind(_ id: PatternID, at position: Int) throws {
        try id.utf8.withUnsafeBytes { try bind(text: $0, at: position) }
    }

    func bool(_ column: Int) -> Bool {
        int64(column) != 0
    }

    /// `column` as a digest; where it is NULL or no digest, the one that stands for nothing.
    func digest(_ column: Int) -> SHA256Digest {
        withBytes(column) { SHA256Digest(bytes: $0) } ?? .none
    }

    /// `column` as the parents that were stored; none where it is NULL.
    func parents(_ column: Int) -> [FeedLine.Parent] {
        guard !isNull(column), let document = try? JSONDocument(parsing: bytes(column)) else { return [] }
        return (try? FeedLine.Parent.list(document.root)) ?? []
    }

    func bind(_ parents: [FeedLine.Parent], at position: Int) throws {
        guard !parents.isEmpty else { return try bindNull(at: position) }
        try bind(JSONValue.array(parents.map(\.json)).text, at: position)
    }

    /// `column` as the id that was stored.
    func patternID(_ column: Int) -> PatternID {
        PatternID(canonical: bytes(column))
    }
}
