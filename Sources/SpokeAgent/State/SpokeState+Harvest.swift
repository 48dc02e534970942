internal import Digest
internal import Federation
internal import SQLite

extension SpokeState {
    /// Has a log be read by the rules that `rules` stands for; by others than before, it is read from the beginning.
    ///
    /// What was kept by other rules stays: what was said is said.
    func prepareLog(_ part: Int64, rules: String) throws {
        guard try followedLog(part)?.rules != rules else { return }
        try database.transaction {
            try database.prepare("DELETE FROM followed_files WHERE part = ?1").run(part)
            try database.prepare("DELETE FROM passed_over WHERE part = ?1").run(part)
            try database.prepare(
                """
                INSERT INTO followed_logs (part, rules, changes) VALUES (?1, ?2, 0)
                ON CONFLICT (part) DO UPDATE SET rules = excluded.rules, changes = changes + 1
                """
            ).run(part, rules)
        }
    }

    /// By which rules a log is followed, and how often what was kept of it has changed; `nil` where it never was.
    func followedLog(_ part: Int64) throws -> (rules: String, changes: Int64)? {
        let statement = try database.prepare("SELECT rules, changes FROM followed_logs WHERE part = ?1")
        try statement.bind(part, at: 1)
        return try statement.step() ? (statement.string(0), statement.int64(1)) : nil
    }

    /// How far the files of a log were read.
    func followedFiles(of part: Int64) throws -> [FollowedFile] {
        let statement = try database.prepare(
            """
            SELECT device, inode, position, head_length, head_digest, tail_length, tail_digest
            FROM followed_files WHERE part = ?1
            """
        )
        try statement.bind(part, at: 1)
        var files: [FollowedFile] = []
        while try statement.step() {
            files.append(
                FollowedFile(
                    device: statement.int64(0),
                    inode: statement.int64(1),
                    position: statement.int64(2),
                    headLength: statement.int64(3),
                    headDigest: statement.digest(4),
                    tailLength: statement.int64(5),
                    tailDigest: statement.digest(6)
                )
            )
        }
        return files
    }

    /// Forgets how far the files were read that `isGone` names.
    func forgetFiles(of part: Int64, where isGone: (FollowedFile) -> Bool) throws {
        for file in try followedFiles(of: part) where isGone(file) {
            try database.prepare("DELETE FROM followed_files WHERE part = ?1 AND device = ?2 AND inode = ?3")
                .run(part, file.device, file.inode)
        }
    }

    /// Keeps in one step what `portion` brought, and that `file` was read so far.
    func harvest(_ portion: LogPortion, of part: Int64, _ file: FollowedFile, at now: Timestamp) throws {
        guard portion.end > portion.start || file.position > 0 else { return }
        if portion.end == portion.start, try followedFiles(of: part).contains(file) { return }
        try database.transaction {
            var changes: Int64 = 0
            for (id, record) in portion.patterns { changes += try keep(id, record, part, now) }
            for (code, count) in portion.passedOver {
                try addPassedOver(count, code, of: part)
                changes += 1
            }
            if changes > 0 { try noteChange(of: part) }
            try database.prepare(
                """
                INSERT OR REPLACE INTO followed_files
                    (part, device, inode, position, head_length, head_digest, tail_length, tail_digest)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """
            ).run(
                part,
                file.device,
                file.inode,
                file.position,
                file.headLength,
                file.headDigest.bytes,
                file.tailLength,
                file.tailDigest.bytes
            )
        }
    }

    /// Drops the oldest of what was kept of a log beyond `limit`, and counts it.
    func boundHarvest(of part: Int64, to limit: Int64) throws {
        let count = try database.prepare("SELECT count(*) FROM harvest WHERE part = ?1")
        try count.bind(part, at: 1)
        guard try count.step(), count.int64(0) > limit else { return }
        let excess = count.int64(0) - limit
        count.reset()
        try database.transaction {
            try database.prepare(
                """
                DELETE FROM harvest WHERE number IN (
                    SELECT number FROM harvest WHERE part = ?1 ORDER BY number LIMIT ?2)
                """
            ).run(part, excess)
            try addPassedOver(excess, SpokeState.droppedCode, of: part)
            try noteChange(of: part)
        }
    }

    /// Counts what was dropped because more was kept than is allowed.
    private static let droppedCode = "event-dropped"

    /// How many events of a log were passed over, by the reason.
    func passedOver(of part: Int64) throws -> [String: Int64] {
        let statement = try database.prepare("SELECT code, count FROM passed_over WHERE part = ?1")
        try statement.bind(part, at: 1)
        var found: [String: Int64] = [:]
        while try statement.step() { found[statement.string(0)] = statement.int64(1) }
        return found
    }

    /// Calls `body` with the number and the text of each record kept of a log, in the order in which they came.
    func forEachHarvested(of part: Int64, _ body: (Int64, UnsafeRawBufferPointer) throws -> Void) throws {
        let statement = try database.prepare("SELECT number, record FROM harvest WHERE part = ?1 ORDER BY number")
        try statement.bind(part, at: 1)
        while try statement.step() {
            let number = statement.int64(0)
            try statement.bytes(1).withUnsafeBytes { try body(number, $0) }
        }
    }

    /// The text of the record kept under `number`.
    func harvested(_ number: Int64) throws -> [UInt8]? {
        let statement = try database.prepare("SELECT record FROM harvest WHERE number = ?1")
        try statement.bind(number, at: 1)
        return try statement.step() ? statement.bytes(0) : nil
    }

    /// Keeps one record; returns how many rows that changed.
    private func keep(_ id: PatternID, _ record: [UInt8], _ part: Int64, _ now: Timestamp) throws -> Int64 {
        let statement = try database.prepare(
            """
            INSERT INTO harvest (part, id, record, at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (part, id) DO UPDATE SET record = excluded.record, at = excluded.at
            WHERE record <> excluded.record
            RETURNING 1
            """
        )
        try statement.bind(part, at: 1)
        try statement.bind(id, at: 2)
        try record.withUnsafeBytes { try statement.bind(text: $0, at: 3) }
        try statement.bind(now.microseconds, at: 4)
        var changed: Int64 = 0
        while try statement.step() { changed += 1 }
        return changed
    }

    private func addPassedOver(_ count: Int64, _ code: String, of part: Int64) throws {
        try database.prepare(
            """
            INSERT INTO passed_over (part, code, count) VALUES (?1, ?2, ?3)
            ON CONFLICT (part, code) DO UPDATE SET count = count + excluded.count
            """
        ).run(part, code, count)
    }

    private func noteChange(of part: Int64) throws {
        try database.prepare("UPDATE followed_logs SET changes = changes + 1 WHERE part = ?1").run(part)
    }
}
