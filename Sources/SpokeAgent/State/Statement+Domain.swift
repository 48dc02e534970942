internal import Digest
internal import Federation
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

    /// `column` as the id that was stored.
    func patternID(_ column: Int) -> PatternID {
        PatternID(canonical: bytes(column))
    }
}
