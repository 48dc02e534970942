import Federation
import Foundation
import HubStore
import Migrations
import Postgres
import PostgresCluster
import TestSupport

/// A private PostgreSQL for the tests of this target, and a database of its own for each test.
enum ScratchStore {
    static let now = Histories.known(Timestamp("2026-11-21T12:00:00Z"))

    /// Calls `body` with an empty hub's state in a database of its own.
    static func withStore<Value: Sendable>(_ body: @Sendable (Store) async throws -> Value) async throws -> Value {
        try await withDatabase { connectionString in
            let store = try await Store.open(
                connectionString,
                poolSize: 8,
                now: now,
                newIdentity: { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }
            )
            do {
                let value = try await body(store)
                await store.close()
                return value
            } catch {
                await store.close()
                throw error
            }
        }
    }

    /// Calls `body` with the connection string of an empty database.
    static func withDatabase<Value: Sendable>(
        _ body: @Sendable (String) async throws -> Value
    ) async throws -> Value {
        let directory = "/tmp/trib-store-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        guard mkdir(directory, 0o711) == 0 else { throw HarnessError(description: "cannot make \(directory)") }
        do {
            let value = try await PostgresCluster.withRunningCluster(directory: directory, body)
            remove(directory)
            return value
        } catch {
            remove(directory)
            throw error
        }
    }

    private static func remove(_ directory: String) {
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// Why the tests' own surroundings failed.
struct HarnessError: Error, CustomStringConvertible {
    var description: String
}
