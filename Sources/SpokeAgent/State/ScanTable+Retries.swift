internal import Federation
internal import SQLite

extension ScanTable {
    /// Has the next `limit` patterns that were refused as retracted be offered again, under their own revisions, where the
    /// sources still say the same; the others are offered by later rounds.
    func retryRetracted(limit: Int) throws {
        guard let last = try state.retryPosition(of: collection) else { return }
        try database.transaction {
            let find = try database.prepare(
                """
                SELECT o.id FROM offered AS o JOIN temp.scan AS s ON s.id = o.id
                WHERE o.collection = ?1 AND o.state = 2 AND o.code = ?2 AND o.is_retraction = 0 AND o.id > ?3
                    AND s.standing = 1 AND s.checksum = o.checksum
                    AND (s.vector_digest IS NULL OR s.vector_digest = o.vector_digest)
                ORDER BY o.id LIMIT ?4
                """
            )
            try find.bind(collection, at: 1)
            try find.bind(RefusalCode.retracted.rawValue, at: 2)
            try find.bind(last, at: 3)
            try find.bind(Int64(limit), at: 4)
            var ids: [String] = []
            while try find.step() { ids.append(find.string(0)) }
            for id in ids {
                try database.prepare(
                    "UPDATE offered SET state = 1, code = NULL, detail = NULL WHERE collection = ?1 AND id = ?2"
                ).run(collection, id)
            }
            try database.prepare("UPDATE collections SET retry_after = ?2 WHERE number = ?1")
                .run(collection, ids.count == limit ? ids.last : nil)
        }
    }
}
