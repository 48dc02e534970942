package import Federation
import Postgres

extension Store {
    /// Recomputes from the contributions and resolutions of `collection` what else is stored about it, without changing
    /// anything; at most `limit` differences are listed, all are counted.
    ///
    /// All of it is one moment: pushes meanwhile are in all of it or in none. `progress` is told how many rows were looked
    /// at. Memory does not grow with the collection.
    package func verify(
        _ collection: CollectionName,
        limit: Int,
        progress: (Int64) -> Void = { _ in }
    ) async throws -> Verification {
        let lease = try await pool.lease()
        do {
            var verifier = try await lease.run { connection in
                try connection.begin(.readOnly(isolation: .repeatableRead))
                return try CollectionVerifier(collection, limit: limit, connection)
            }
            while !verifier.isFinished {
                let before = verifier
                verifier = try await lease.run { connection in
                    var verifier = before
                    try verifier.step(connection)
                    return verifier
                }
                progress(verifier.seen)
            }
            await lease.release()
            return verifier.verification
        } catch {
            await lease.release()
            throw error
        }
    }
}
