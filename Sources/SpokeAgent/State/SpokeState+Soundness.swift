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

    /// What is wrong with the contents held, by their checksums.
    func contentFindings() throws -> [String] {
        var findings: [String] = []
        let statement = try database.prepare(
            """
            SELECT w.id, w.checksum, w.payload, w.vector_digest, w.vector, c.name
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
            if !isIntact { findings.append(SpokeState.finding(statement.patternID(0), collection)) }
        }
        return findings
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
