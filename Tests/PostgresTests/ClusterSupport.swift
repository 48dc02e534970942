import Glibc
import Postgres
import PostgresCluster
import Testing

/// Calls `body` with a fresh directory and removes it whatever happens.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    try await body(directory.path)
}

/// Calls `body` with a cluster in a fresh directory, then stops and removes it, whatever happens.
func withTemporaryCluster(_ body: (PostgresCluster) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        let cluster = try PostgresCluster(directory: directory)
        try await stopping(cluster) { try await body(cluster) }
    }
}

/// Calls `body` and stops the cluster whatever happens.
func stopping(_ cluster: PostgresCluster, _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch {
        try? await cluster.stop()
        throw error
    }
    try await cluster.stop()
}

/// Calls `body` with a pool on a cluster.
func withPool<Value>(_ cluster: PostgresCluster, _ body: (PostgresPool) async throws -> Value) async throws -> Value {
    let configuration = PostgresConfiguration(
        connectionString: cluster.connectionString,
        applicationName: "tests",
        poolSize: 2
    )
    return try await withPool(configuration, body)
}

/// Fails unless a server answers there.
func checkAnswers(_ connectionString: String) async throws {
    let configuration = PostgresConfiguration(
        connectionString: connectionString,
        applicationName: "tests",
        poolSize: 1
    )
    try await withPool(configuration) { pool in
        let answer = try await pool.withConnection { try $0.execute("SELECT 1")[0].int32(0) }
        #expect(answer == 1)
    }
}

/// Starts a cluster and forgets it, as a program does that dies; returns the postmaster, which runs on.
func leaveBehind(
    _ directory: String,
    _ meanwhile: (_ connectionString: String) async throws -> Void = { _ in }
) async throws -> pid_t {
    let cluster = try PostgresCluster(directory: directory)
    try await cluster.start()
    try await meanwhile(cluster.connectionString)
    return try #require(await cluster.processID)
}

/// Writes a file as it is.
func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw Failure("\(path) could not be written: \(errno)") }
    fputs(text, file)
    fclose(file)
}
