import Digest
import Federation
import JSON
import Postgres

/// Which retractions of operators keep the contributions of a feed from being served.
struct FeedRetractions: Sendable {
    /// The contents that operators retracted, by their digest.
    private let contents: [SHA256Digest: Resolution]
    /// Whether contributions follow all that was resolved.
    let areAllApplied: Bool
    private let collection: CollectionName

    /// What is retracted in `collection`, in the transaction's snapshot.
    init(of collection: CollectionName, _ connection: Connection) throws {
        contents = try SettlementTransaction(reading: collection, connection).retractedContents()
        let result = try connection.execute(
            """
            SELECT NOT EXISTS (
                SELECT FROM resolutions WHERE collection = \(collection.text) AND NOT is_applied
            )
            """
        )
        areAllApplied = try result.first?.bool(0) ?? true
        self.collection = collection
    }

    /// The retraction of the contribution in `row`, of its pattern or of its content; `nil` where there is none.
    ///
    /// From `column` on: whether it is erased, then its content and that content's digest, both only where the content
    /// was retracted, then the retraction of its pattern. What an origin took back itself is retracted by nobody else.
    func retraction(of row: Row, from column: Int) throws -> Resolution? {
        guard try row.bool(2) else { return nil }
        if try !row.isNull(column + 3) { return try row.resolution(from: column + 3) }
        if try !row.isNull(column + 2) { return contents[try row.digest(column + 2)] }
        guard try !row.isNull(column + 1) else { return nil }
        let digest = ContentDigest.of(
            canonicalPayload: try row.text(column + 1).utf8,
            collection: collection,
            hasher: SHA256()
        )
        return contents[digest]
    }
}
