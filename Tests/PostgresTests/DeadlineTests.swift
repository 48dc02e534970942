import Dispatch
import Glibc
import Postgres
import Testing

extension ServerTests {
    @Suite struct DeadlineTests {
        @Test("A backend that hangs costs its connection after the client's deadline, and nobody else anything")
        func stoppedBackend() async throws {
            var configuration = PostgresConfiguration.test
            configuration.poolSize = 2
            configuration.clientDeadline = .milliseconds(700)
            try await withPool(configuration) { pool in
                let processID = try await pool.withConnection { $0.backendProcessID }
                defer {
                    kill(processID, SIGCONT)
                    kill(processID, SIGTERM)
                }
                let start = ContinuousClock.now
                let hanging = Task {
                    await kindThrown {
                        try await pool.withConnection { connection in
                            kill(connection.backendProcessID, SIGSTOP)
                            defer { kill(connection.backendProcessID, SIGCONT) }
                            _ = try connection.execute("SELECT 1")
                        }
                    }
                }
                #expect(try await eventually { pool.status.free < 2 })
                let answer = try await pool.withConnection { try $0.execute("SELECT 2")[0].int32(0) }
                #expect(answer == 2)
                #expect(await hanging.value == .timedOut)
                let waited = ContinuousClock.now - start
                #expect(waited >= .milliseconds(600) && waited < .seconds(5))
                for _ in 0..<4 {
                    let answer = try await pool.withConnection { try $0.execute("SELECT 3")[0].int32(0) }
                    #expect(answer == 3)
                }
            }
        }

        @Test("A copy into a backend that hangs ends by the client's deadline too")
        func stoppedCopy() async throws {
            var configuration = PostgresConfiguration.test
            configuration.poolSize = 1
            configuration.clientDeadline = .milliseconds(500)
            var rows = CopyRows(columnCount: 1)
            for _ in 0..<100_000 {
                rows.beginRow()
                rows.appendText("a text that fills the socket's buffer in the end")
            }
            let encoded = rows
            try await withPool(configuration) { pool in
                let kind = await kindThrown {
                    try await pool.withConnection { connection in
                        try connection.executeScript("CREATE TEMPORARY TABLE hanging (a text)")
                        kill(connection.backendProcessID, SIGSTOP)
                        defer { kill(connection.backendProcessID, SIGCONT) }
                        try connection.copyIn(into: "hanging", columns: ["a"], rows: encoded)
                    }
                }
                #expect(kind == .timedOut)
                let answer = try await pool.withConnection { try $0.execute("SELECT 1")[0].int32(0) }
                #expect(answer == 1)
            }
        }

        // Threads that were not free would let nothing here go on.
        @Test("Blocked connections leave Swift's own threads free", .timeLimit(.minutes(2)))
        func cooperativePool() async throws {
            var configuration = PostgresConfiguration.test
            configuration.poolSize = 8
            try await withPool(configuration) { pool in
                let gate = DispatchSemaphore(value: 0)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await pool.withConnection { _ in gate.wait() } }
                    }
                    #expect(try await eventually { pool.status.free == 0 })
                    for _ in 0..<5 { try await Task.sleep(for: .milliseconds(20)) }
                    #expect(pool.status.free == 0)
                    for _ in 0..<8 { gate.signal() }
                    try await group.waitForAll()
                }
            }
        }
    }
}
