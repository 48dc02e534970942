import Postgres
import PostgresCluster
import Testing

/// Gives a suite one private cluster for all its tests, and removes it afterwards.
struct PrivateCluster: SuiteTrait, TestScoping {
    @TaskLocal static var connectionString = ""

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await PostgresCluster.withRunningCluster(directory: directory.path) { connectionString in
            try await Self.$connectionString.withValue(connectionString) {
                try await function()
            }
        }
    }
}

extension Trait where Self == PrivateCluster {
    /// One private cluster for all tests of the suite.
    static var privateCluster: Self { Self() }
}

/// All tests that need a server, one at a time: together they would want more connections than it has.
@Suite(.serialized, .privateCluster)
enum ServerTests {}

extension PostgresConfiguration {
    /// The suite's cluster, with limits short enough for tests.
    static var test: PostgresConfiguration {
        PostgresConfiguration(connectionString: PrivateCluster.connectionString, applicationName: "tests", poolSize: 4)
    }
}

/// Calls `body` with a pool, and closes the pool whatever happens.
func withPool<Value>(
    _ configuration: PostgresConfiguration = .test,
    _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
    let pool = PostgresPool(configuration: configuration)
    let value: Value
    do {
        value = try await body(pool)
    } catch {
        await pool.close()
        throw error
    }
    await pool.close()
    return value
}

/// The kind of the PostgresError that `body` throws; nil when it throws none.
func kindThrown(_ body: () async throws -> Void) async -> PostgresError.Kind? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? PostgresError)?.kind
    }
}

/// Asks again and again, for a bounded time, until the answer is true.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}
