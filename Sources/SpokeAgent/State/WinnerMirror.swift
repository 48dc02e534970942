internal import Digest
package import Federation
package import Replication
internal import SQLite

/// The winners held, as a pull fills them: lines, position and digest are committed together.
package final class WinnerMirror: WinnerTarget {
    /// What a row says of the version it holds.
    private struct Held {
        var number: Int64
        var origin: String
        var version: ContributionVersion
        var hasVector: Bool
        var value: Double?
        var updatedAt: Timestamp?
        var parents: [FeedLine.Parent]

        /// Whether the row holds what `line` says, its vector aside.
        func holds(_ line: FeedLine, _ provenance: FeedLine.Provenance) -> Bool {
            value == line.value && updatedAt == line.updatedAt && parents == provenance.parents
        }
    }

    /// The collection being filled.
    private struct Filling {
        var collection: CollectionName
        var number: Int64
        var generation: Int64
        var isSweeping: Bool
        var hasVectors: Bool
        var digest: SetDigest
        /// Changes of the collection's winners before.
        var changesBefore: Int64
        var changes: Int64 = 0
        /// Whether the hub has a newer statement of this node than the state knows.
        var missesOwn = false
    }

    private let state: SpokeState
    private let keepsVectors: Bool
    private let now: () -> Timestamp
    private var filling: Filling?

    /// The winners in `state`; with `keepsVectors`, their vectors too.
    package init(state: SpokeState, keepsVectors: Bool, now: @escaping () -> Timestamp) {
        self.state = state
        self.keepsVectors = keepsVectors
        self.now = now
    }

    private var database: SQLiteDatabase { state.database }

    /// Whether what won is this node's, and newer than what the state says that it said: the state is an older copy.
    private func isUnknownOwn(
        _ id: PatternID,
        _ provenance: FeedLine.Provenance,
        in collection: Int64
    ) throws -> Bool {
        guard provenance.parents.isEmpty, try state.fact(.node) == provenance.origin.text else { return false }
        let statement = try database.prepare("SELECT revision FROM offered WHERE collection = ?1 AND id = ?2")
        try statement.bind(collection, at: 1)
        try statement.bind(id, at: 2)
        guard try statement.step() else { return true }
        return statement.int64(0) < provenance.version.revision
    }

    package func cursor(of collection: CollectionName) throws -> String? {
        let number = try state.number(of: collection)
        let statement = try database.prepare("SELECT cursor, has_vectors FROM collections WHERE number = ?1")
        try statement.bind(number, at: 1)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        let cursor = statement.string(0)
        guard keepsVectors, !statement.bool(1) else { return cursor }
        // Vectors were not asked for before, so everything is asked for again.
        statement.reset()
        try startOver(collection)
        return nil
    }

    package func startOver(_ collection: CollectionName) throws {
        try database.prepare("UPDATE collections SET cursor = NULL, is_sweeping = 0 WHERE name = ?1")
            .run(collection.text)
    }

    package func begin(_ collection: CollectionName) throws {
        let number = try state.number(of: collection)
        try database.begin()
        let statement = try database.prepare(
            """
            SELECT generation, is_sweeping, winner_count, winner_sum, cursor IS NULL, has_vectors, winner_changes
            FROM collections WHERE number = ?1
            """
        )
        try statement.bind(number, at: 1)
        guard try statement.step() else { return }
        // Without a position the pull reads from the beginning, and sweeps at its end; it may take several answers.
        let startsSweep = statement.bool(4) && !statement.bool(1)
        filling = Filling(
            collection: collection,
            number: number,
            generation: statement.int64(0) &+ (startsSweep ? 1 : 0),
            isSweeping: statement.bool(1) || startsSweep,
            hasVectors: startsSweep ? keepsVectors : statement.bool(5),
            // A count that a damaged file made up is found out by the hub's total, and counted anew.
            digest: SetDigest(count: min(statement.int64(2), Int64.max / 2), sum: statement.digest(3)),
            changesBefore: min(statement.int64(6), Int64.max / 2)
        )
    }

    package func apply(_ line: FeedLine) throws -> WinnerChange {
        guard var filling else { return .none }
        defer { self.filling = filling }
        let held = try held(line.id, in: filling.number)
        guard line.state == .live, let provenance = line.provenance, let payload = line.payload else {
            // What the hub withdraws is not to come back from a file that had it.
            if try state.dropImported(line.id, from: filling.number) { filling.changes += 1 }
            if try state.rememberWithdrawn(line.id, from: filling.number) { filling.changes += 1 }
            guard let held else { return .none }
            try database.prepare("DELETE FROM winners WHERE number = ?1").run(held.number)
            filling.digest.remove(itemDigest(line.id, held.origin, held.version, filling.collection))
            filling.changes += 1
            return .withdrawn
        }
        if let held {
            let wantsVector = keepsVectors && provenance.version.vectorDigest != .none
            if held.origin == provenance.origin.text, held.version == provenance.version,
                held.hasVector || !wantsVector
            {
                guard !held.holds(line, provenance) else {
                    if filling.isSweeping { try mark(held.number, filling.generation) }
                    return .none
                }
                // The same content came about in another way. Sinks tell it, so they have to be written again.
                filling.changes += 1
                try attribute(held.number, line, provenance, filling)
                return .attributed
            }
            filling.digest.remove(itemDigest(line.id, held.origin, held.version, filling.collection))
        }
        filling.digest.insert(
            itemDigest(line.id, provenance.origin.text, provenance.version, filling.collection)
        )
        filling.changes += 1
        try state.forgetWithdrawn(line.id, from: filling.number)
        try save(line, provenance, payload, filling)
        if try !filling.missesOwn && isUnknownOwn(line.id, provenance, in: filling.number) { filling.missesOwn = true }
        return .learned(provenance.origin)
    }

    package func commit(_ cursor: String, isEnd: Bool) throws -> Int64 {
        guard var filling else { return 0 }
        let swept = isEnd && filling.isSweeping ? try sweep(&filling) : 0
        if isEnd { try state.boundForeignContents() }
        try database.prepare(
            """
            UPDATE collections SET cursor = ?2, generation = ?3, is_sweeping = ?4, winner_count = ?5, winner_sum = ?6,
                winner_changes = winner_changes + ?7, pulled_at = ?8, has_vectors = ?9,
                has_forgotten = CASE WHEN ?10 THEN 0 ELSE has_forgotten END
            WHERE number = ?1
            """
        ).run(
            filling.number,
            cursor,
            filling.generation,
            !isEnd && filling.isSweeping ? 1 : 0,
            filling.digest.count,
            filling.digest.sum.bytes,
            filling.changes,
            now().microseconds,
            // What was learned without vectors lacks them.
            filling.hasVectors && (keepsVectors || filling.changes == 0) ? 1 : 0,
            isEnd ? 1 : 0
        )
        if filling.missesOwn { try state.requireStatements(in: filling.number) }
        try database.commit()
        self.filling = nil
        return swept
    }

    package func discard() {
        filling = nil
        database.rollBack()
    }

    package func total(of collection: CollectionName) throws -> SetDigest {
        let statement = try database.prepare("SELECT winner_count, winner_sum FROM collections WHERE name = ?1")
        try statement.bind(collection.text, at: 1)
        guard try statement.step() else { return SetDigest() }
        return SetDigest(count: statement.int64(0), sum: statement.digest(1))
    }

    /// Drops what the pull from the beginning did not name, and counts the digest anew from what is left.
    private func sweep(_ filling: inout Filling) throws -> Int64 {
        try state.dropImportedWinners(of: filling.number, notOf: filling.generation)
        try database.prepare("DELETE FROM winners WHERE collection = ?1 AND generation <> ?2")
            .run(filling.number, filling.generation)
        let swept = database.changedRows
        if swept > 0 { filling.changes += 1 }
        var digest = SetDigest()
        let statement = try database.prepare(
            "SELECT id, origin, incarnation, revision, checksum, vector_digest FROM winners WHERE collection = ?1"
        )
        try statement.bind(filling.number, at: 1)
        while try statement.step() {
            let version = WinnerMirror.version(statement, from: 2)
            digest.insert(itemDigest(statement.patternID(0), statement.string(1), version, filling.collection))
        }
        filling.digest = digest
        return swept
    }

    private func held(_ id: PatternID, in collection: Int64) throws -> Held? {
        let statement = try database.prepare(
            """
            SELECT number, origin, incarnation, revision, checksum, vector_digest, vector IS NOT NULL, value,
                updated_at, parents
            FROM winners WHERE collection = ?1 AND id = ?2
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(id, at: 2)
        guard try statement.step() else { return nil }
        return Held(
            number: statement.int64(0),
            origin: statement.string(1),
            version: WinnerMirror.version(statement, from: 2),
            hasVector: statement.bool(6),
            value: statement.isNull(7) ? nil : statement.double(7),
            updatedAt: statement.isNull(8) ? nil : Timestamp(microseconds: statement.int64(8)),
            parents: statement.parents(9)
        )
    }

    private static func version(_ statement: Statement, from column: Int) -> ContributionVersion {
        ContributionVersion(
            incarnation: Int32(truncatingIfNeeded: statement.int64(column)),
            revision: statement.int64(column + 1),
            checksum: statement.digest(column + 2),
            vectorDigest: statement.digest(column + 3)
        )
    }

    private func mark(_ number: Int64, _ generation: Int64) throws {
        try database.prepare("UPDATE winners SET generation = ?2 WHERE number = ?1").run(number, generation)
    }

    /// Keeps what `line` says of content that is held already.
    private func attribute(
        _ number: Int64,
        _ line: FeedLine,
        _ provenance: FeedLine.Provenance,
        _ filling: Filling
    ) throws {
        let update = try database.prepare(
            """
            UPDATE winners SET value = ?2, updated_at = ?3, parents = ?4, generation = ?5, changed_at = ?6
            WHERE number = ?1
            """
        )
        try update.bind(number, at: 1)
        if let value = line.value { try update.bind(value, at: 2) }
        if let updatedAt = line.updatedAt { try update.bind(updatedAt.microseconds, at: 3) }
        try update.bind(provenance.parents, at: 4)
        try update.bind(filling.generation, at: 5)
        try update.bind(filling.changesBefore + filling.changes, at: 6)
        while try update.step() {}
    }

    private func save(
        _ line: FeedLine,
        _ provenance: FeedLine.Provenance,
        _ payload: [UInt8],
        _ filling: Filling
    ) throws {
        let upsert = try database.prepare(
            """
            INSERT INTO winners (collection, id, origin, incarnation, revision, checksum, vector_digest, value,
                updated_at, payload, vector_model, vector, generation, parents, content_digest, changed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            ON CONFLICT (collection, id) DO UPDATE SET origin = excluded.origin, incarnation = excluded.incarnation,
                revision = excluded.revision, checksum = excluded.checksum, vector_digest = excluded.vector_digest,
                value = excluded.value, updated_at = excluded.updated_at, payload = excluded.payload,
                vector_model = excluded.vector_model, vector = excluded.vector, generation = excluded.generation,
                parents = excluded.parents, content_digest = excluded.content_digest, changed_at = excluded.changed_at
            """
        )
        try upsert.bind(filling.number, at: 1)
        try upsert.bind(line.id, at: 2)
        try upsert.bind(provenance.origin.text, at: 3)
        try upsert.bind(Int64(provenance.version.incarnation), at: 4)
        try upsert.bind(provenance.version.revision, at: 5)
        try upsert.bind(provenance.version.checksum, at: 6)
        try upsert.bind(provenance.version.vectorDigest, at: 7)
        if let value = line.value { try upsert.bind(value, at: 8) }
        if let updatedAt = line.updatedAt { try upsert.bind(updatedAt.microseconds, at: 9) }
        try payload.withUnsafeBytes { try upsert.bind(text: $0, at: 10) }
        if let model = line.vector?.model { try upsert.bind(model, at: 11) }
        if keepsVectors, let vector = line.vector?.bytes { try upsert.bind(vector, at: 12) }
        try upsert.bind(filling.generation, at: 13)
        try upsert.bind(provenance.parents, at: 14)
        let content = ContentDigest.of(
            canonicalPayload: payload,
            collection: filling.collection,
            hasher: state.hasher
        )
        try upsert.bind(content, at: 15)
        try upsert.bind(filling.changesBefore + filling.changes, at: 16)
        while try upsert.step() {}
        try state.noteForeignContent(content, line.id, from: provenance.origin.text, in: filling.number)
    }

    private func itemDigest(
        _ id: PatternID,
        _ origin: String,
        _ version: ContributionVersion,
        _ collection: CollectionName
    ) -> SHA256Digest {
        // A name that was stored is one.
        guard let origin = NodeName(origin) else { return .none }
        return ItemDigest.winner(
            collection: collection,
            id: id,
            origin: origin,
            version: version,
            hasher: state.hasher
        )
    }
}
