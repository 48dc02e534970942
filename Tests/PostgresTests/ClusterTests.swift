import Glibc
import Postgres
import PostgresCluster
import Testing

@Suite(.serialized)
struct ClusterTests {
    @Test("A first start makes a durable, local cluster, and what is stored survives a restart")
    func firstStart() async throws {
        try await withTemporaryCluster { cluster in
            try await cluster.start()
            #expect(await cluster.isRunning)
            try await withPool(cluster) { pool in
                try await pool.write { try $0.executeScript("CREATE TABLE kept AS SELECT 42::bigint AS a") }
                let expected = [
                    ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"),
                    ("listen_addresses", ""), ("unix_socket_permissions", "0700"), ("server_encoding", "UTF8"),
                    ("data_checksums", "on"), ("lc_collate", "C"), ("max_connections", "40"), ("jit", "off"),
                ]
                try await pool.read { connection in
                    for (name, value) in expected {
                        let actual = try connection.execute("SELECT current_setting(\(name))")[0].string(0)
                        #expect(actual == value, "\(name)")
                    }
                }
            }
            try await cluster.stop()
            #expect(await !cluster.isRunning)
            try await cluster.start()
            try await withPool(cluster) { pool in
                let kept = try await pool.read { try $0.execute("SELECT a FROM kept")[0].int64(0) }
                #expect(kept == 42)
            }
        }
    }

    @Test("A second owner is refused, and a command-line tool uses the running server and leaves it running")
    func secondOwner() async throws {
        try await withTemporaryDirectory { directory in
            let cluster = try PostgresCluster(directory: directory)
            try await stopping(cluster) {
                try await cluster.start()
                let other = try PostgresCluster(directory: directory)
                do {
                    try await other.start()
                    Issue.record("two owners")
                } catch let error as PostgresClusterError {
                    #expect(error.kind == .inUse)
                    #expect(error.description.contains("process \(getpid())"))
                }
                let processID = await cluster.processID
                try await PostgresCluster.withRunningCluster(directory: directory) { connectionString in
                    #expect(connectionString == cluster.connectionString)
                    try await checkAnswers(connectionString)
                }
                #expect(await cluster.processID == processID)
                try await checkAnswers(cluster.connectionString)
            }
        }
    }

    @Test("A command-line tool starts a cluster that nobody runs, and stops it afterwards")
    func toolAlone() async throws {
        try await withTemporaryDirectory { directory in
            try await PostgresCluster.withRunningCluster(directory: directory) { try await checkAnswers($0) }
            await #expect(throws: Failure.self) {
                try await PostgresCluster.withRunningCluster(directory: directory) { _ in throw Failure("on purpose") }
            }
            #expect(access(directory + "/postgres/postmaster.pid", F_OK) != 0)
            #expect(access(directory + "/postgres/PG_VERSION", F_OK) == 0)
        }
    }

    @Test("A supervised server comes back after kill -9, with everything that was committed")
    func killedServer() async throws {
        try await withTemporaryCluster { cluster in
            try await cluster.start()
            let (events, continuation) = AsyncStream.makeStream(of: ClusterEvent.self)
            let supervision = Task { await cluster.supervise { continuation.yield($0) } }
            try await withPool(cluster) { pool in
                try await pool.write { try $0.executeScript("CREATE TABLE kept AS SELECT 42::bigint AS a") }
                let first = try #require(await cluster.processID)
                kill(first, SIGKILL)
                var received: [ClusterEvent] = []
                for await event in events {
                    received.append(event)
                    if event == .restarted { break }
                }
                #expect(received == [.exited("signal 9"), .restarted])
                #expect(await cluster.processID != first)
                let kept = try await pool.read { try $0.execute("SELECT a FROM kept")[0].int64(0) }
                #expect(kept == 42)
            }
            supervision.cancel()
            await supervision.value
        }
    }

    @Test("A healthy server that an earlier process left behind is taken over")
    func adoption() async throws {
        try await withTemporaryDirectory { directory in
            let left = try await leaveBehind(directory)
            let cluster = try PostgresCluster(directory: directory)
            try await stopping(cluster) {
                try await cluster.start()
                #expect(await cluster.processID == left)
                try await checkAnswers(cluster.connectionString)
            }
            #expect(access(directory + "/run/.s.PGSQL.5432", F_OK) != 0)
        }
    }

    @Test("A server left behind that does not answer is ended and replaced")
    func hangingLeftover() async throws {
        try await withTemporaryDirectory { directory in
            let left = try await leaveBehind(directory)
            kill(left, SIGSTOP)
            let configuration = ClusterConfiguration(leftoverTimeout: .seconds(1))
            let cluster = try PostgresCluster(directory: directory, configuration: configuration)
            try await stopping(cluster) {
                try await cluster.start()
                #expect(await cluster.processID != left)
                try await checkAnswers(cluster.connectionString)
            }
        }
    }

    @Test("Sessions that outlive their postmaster do not keep the next one from starting")
    func orphanedSession() async throws {
        try await withTemporaryDirectory { directory in
            let left = try await leaveBehind(directory) { connectionString in
                let pool = PostgresPool(configuration: .init(connectionString: connectionString, applicationName: "x"))
                // A loop that never looks whether its postmaster is still there.
                _ = Task { try await pool.withConnection { try $0.executeScript("DO 'BEGIN LOOP END LOOP; END'") } }
                let isBusy = try await eventually {
                    try await pool.read { connection in
                        try connection.execute("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO %LOOP%'").rowCount
                            == 1
                    }
                }
                #expect(isBusy)
            }
            kill(left, SIGKILL)
            let cluster = try PostgresCluster(directory: directory)
            try await stopping(cluster) {
                try await cluster.start()
                try await checkAnswers(cluster.connectionString)
            }
        }
    }

    @Test("A stale lock file that names another program by now does not keep the server from starting")
    func staleLockFile() async throws {
        try await withTemporaryCluster { cluster in
            try await cluster.start()
            let path = "/proc/\(try #require(await cluster.processID))/cwd"
            let data = try #require(realpath(path, nil).map { String(cString: $0) })
            try await cluster.stop()
            try write("\(getpid())\n\(data)\n1\n5432\n\n\n0 0\nready   \n", to: data + "/postmaster.pid")
            try await cluster.start()
            try await checkAnswers(cluster.connectionString)
        }
    }

    @Test("What a killed first start left is removed, and the start goes through")
    func unfinishedCluster() async throws {
        try await withTemporaryDirectory { directory in
            mkdir(directory + "/postgres.new", 0o700)
            mkdir(directory + "/postgres.new/base", 0o700)
            try write("15\n", to: directory + "/postgres.new/PG_VERSION")
            // A log that is too long is moved aside on the way.
            try write(String(repeating: "x", count: 11 << 20), to: directory + "/postgres.log")
            try await PostgresCluster.withRunningCluster(directory: directory) { try await checkAnswers($0) }
            #expect(access(directory + "/postgres.new", F_OK) != 0)
            #expect(access(directory + "/postgres.log.1", F_OK) == 0)
            var log = stat()
            #expect(stat(directory + "/postgres.log", &log) == 0 && log.st_size < 1 << 20)
        }
    }

    @Test("A server that runs without fsync is refused by the pool, with the setting's name")
    func fsyncOff() async throws {
        try await withTemporaryCluster { cluster in
            try await cluster.start()
            try await withPool(cluster) { pool in
                try await pool.withConnection { connection in
                    _ = try connection.execute("ALTER SYSTEM SET fsync = off")
                    _ = try connection.execute("SELECT pg_reload_conf()")
                }
            }
            let isRefused = try await eventually {
                try await withPool(cluster) { pool in
                    do {
                        try await pool.withConnection { _ in }
                        return false
                    } catch let error as PostgresError {
                        return error.kind == .configuration && error.description.contains("fsync = on")
                    }
                }
            }
            #expect(isRefused)
        }
    }
}
