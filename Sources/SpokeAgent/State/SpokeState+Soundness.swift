internal import Digest
internal import Federation
internal import Replication
internal import SQLite

/// Whether the file still says what was written to it, where SQLite itself cannot tell.
extension SpokeState {
    /// SQLITE_CORRUPT.
    static let corruptCode: Int32 = 11
    /// Findings that are collected at most.
    private static let maximumFindings = SQLiteDatabase.maximumFindings

    /// That the state is damaged in a way that `finding` describes.
    func damage(_ finding: String) -> SQLiteError {
        SQLiteError(code: SpokeState.corruptCode, message: finding, path: database.path)
    }

    /// Keeps what ``checkSchema()`` compares with, within the transaction that made the schema.
    func sealSchema() throws { try setFact(.schema, schemaDigest()) }

    /// Throws `SQLiteError` of the kind `corrupt` where the text of the schema is another than was made.
    ///
    /// SQLite takes a changed text for what was meant: a column of another name is merely missing.
    func checkSchema() throws {
        let kept: String?
        do {
            kept = try fact(.schema)
        } catch let error as SQLiteError {
            // The damage may be in the text of this very table.
            guard case .other = error.kind else { throw error }
            throw damage("the schema cannot be used: \(error.message)")
        }
        guard try kept == schemaDigest() else { throw damage("the text of the schema is not the one that was written") }
    }

    /// Over all of the schema but what SQLite makes by itself; 64 hexadecimal digits.
    private func schemaDigest() throws -> String {
        let statement = try database.prepare(
            """
            SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM main.sqlite_schema
            WHERE name NOT LIKE 'sqlite#_%' ESCAPE '#' ORDER BY type, name
            """
        )
        while try statement.step() {
            hasher.update(statement.bytes(0))
            hasher.update([0])
        }
        return hasher.finish().hex
    }

    /// What is wrong with facts and contents, by what was digested of them.
    func contentFindings() throws -> [String] {
        for name in Fact.allCases { _ = try fact(name) }
        var findings = try totalFindings()
        let statement = try database.prepare(
            """
            SELECT w.id, w.checksum, w.payload, w.vector_digest, w.vector, c.name, w.content_digest
            FROM learned AS w JOIN collections AS c ON c.number = w.collection
            """
        )
        while findings.count < SpokeState.maximumFindings, try statement.step() {
            guard let collection = CollectionName(statement.string(5)) else { continue }
            let isIntact = isIntact(
                statement.patternID(0),
                of: collection,
                checksum: statement.digest(1),
                payload: statement.bytes(2),
                vectorDigest: statement.digest(3),
                vector: statement.isNull(4) ? nil : statement.bytes(4)
            )
            let content = ContentDigest.of(
                canonicalPayload: statement.bytes(2),
                collection: collection,
                hasher: hasher
            )
            if !isIntact || content != statement.digest(6) {
                findings.append(SpokeState.finding(statement.patternID(0), collection))
            }
        }
        return findings
    }

    /// Whether the winners held, with whose they are and their numbers, still come to the total that was counted of them.
    private func totalFindings() throws -> [String] {
        // What is shown of several hubs is copied, and no total kept of it.
        guard try fact(.hub) != nil else { return [] }
        return try collections().compactMap { collection in
            let statement = try database.prepare(
                """
                SELECT w.id, w.origin, w.incarnation, w.revision, w.checksum, w.vector_digest FROM winners AS w
                WHERE w.collection = ?1
                """
            )
            try statement.bind(number(of: collection), at: 1)
            var total = SetDigest()
            while try statement.step() {
                guard let origin = NodeName(statement.string(1)), let incarnation = Int32(exactly: statement.int64(2))
                else {
                    return SpokeState.finding(statement.patternID(0), collection)
                }
                total.insert(
                    ItemDigest.winner(
                        collection: collection,
                        id: statement.patternID(0),
                        origin: origin,
                        version: ContributionVersion(
                            incarnation: incarnation,
                            revision: statement.int64(3),
                            checksum: statement.digest(4),
                            vectorDigest: statement.digest(5)
                        ),
                        hasher: hasher
                    )
                )
            }
            let counted = try database.prepare("SELECT winner_count, winner_sum FROM collections WHERE name = ?1")
            try counted.bind(collection.text, at: 1)
            guard try counted.step() else { return nil }
            let isSame = counted.int64(0) == total.count && counted.digest(1) == total.sum
            return isSame ? nil : "the winners held of \(collection) do not come to the total that was counted of them"
        }
    }

    /// Whether content is the one that its checksum was made of; a vector is looked at where it is held.
    func isIntact(
        _ id: PatternID,
        of collection: CollectionName,
        checksum: SHA256Digest,
        payload: [UInt8],
        vectorDigest: SHA256Digest,
        vector: [UInt8]?
    ) -> Bool {
        guard checksum == PatternChecksum.content(collection: collection, id: id, payload: payload, hasher: hasher)
        else {
            return false
        }
        guard let vector else { return true }
        hasher.update(vector)
        return hasher.finish() == vectorDigest
    }

    /// What is wrong with pattern `id`, for people.
    static func finding(_ id: PatternID, _ collection: CollectionName) -> String {
        "what is held of \(ShownText.of(id.description)) in \(collection) does not match its checksum"
    }
}
