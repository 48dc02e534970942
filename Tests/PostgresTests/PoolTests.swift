import Dispatch
import Glibc
import Postgres
import Testing

extension ServerTests {
    @Suite struct PoolTests {
        private static func configuration(size: Int, wait: Duration) -> PostgresConfiguration {
            var configuration = PostgresConfiguration.test
            configuration.poolSize = size
            configuration.poolWait = wait
            return configuration
        }

        @Test("Waiting for a connection ends after the time it may take")
        func boundedWait() async throws {
            try await withPool(Self.configuration(size: 1, wait: .milliseconds(200))) { pool in
                let holder = Task { try await pool.withConnection { _ = try $0.execute("SELECT pg_sleep(1)") } }
                #expect(try await eventually { pool.status.free == 0 })
                let start = ContinuousClock.now
                let kind = await kindThrown { try await pool.withConnection { _ in } }
                let waited = ContinuousClock.now - start
                #expect(kind == .poolExhausted)
                #expect(waited >= .milliseconds(190) && waited < .seconds(5))
                try await holder.value
                #expect(pool.status.free == 1 && pool.status.waiting == 0)
                try await pool.withConnection { _ in }
            }
        }

        @Test("Who waits is served in the order of arrival")
        func firstComeFirstServed() async throws {
            try await withPool(Self.configuration(size: 1, wait: .seconds(5))) { pool in
                let holder = Task { try await pool.withConnection { _ = try $0.execute("SELECT pg_sleep(0.3)") } }
                #expect(try await eventually { pool.status.free == 0 })
                let (served, continuation) = AsyncStream.makeStream(of: Int.self)
                var tasks: [Task<Void, any Error>] = []
                for number in 0..<5 {
                    tasks.append(
                        Task {
                            try await pool.withConnection { _ in
                                continuation.yield(number)
                                return ()
                            }
                        }
                    )
                    #expect(try await eventually { pool.status.waiting == number + 1 })
                }
                try await holder.value
                for task in tasks { try await task.value }
                continuation.finish()
                var order: [Int] = []
                for await number in served { order.append(number) }
                #expect(order == [0, 1, 2, 3, 4])
            }
        }

        @Test("A task that is cancelled while it waits gives up its place")
        func cancellation() async throws {
            try await withPool(Self.configuration(size: 1, wait: .seconds(5))) { pool in
                let holder = Task { try await pool.withConnection { _ = try $0.execute("SELECT pg_sleep(0.4)") } }
                #expect(try await eventually { pool.status.free == 0 })
                let waiting = Task { try await pool.withConnection { _ in } }
                #expect(try await eventually { pool.status.waiting == 1 })
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                #expect(pool.status.waiting == 0)
                try await holder.value
                try await pool.withConnection { _ in }
            }
        }

        @Test("Leases are limited, so that some connections remain for short work")
        func leaseLimit() async throws {
            try await withPool(Self.configuration(size: 5, wait: .milliseconds(200))) { pool in
                let first = try await pool.lease()
                let second = try await pool.lease()
                #expect(await kindThrown { _ = try await pool.lease() } == .poolExhausted)
                #expect(pool.status.free == 3)
                try await pool.read { _ = try $0.execute("SELECT 1") }
                await first.release()
                let third = try await pool.lease()
                await second.release()
                await third.release()
                await third.release()
                #expect(pool.status.free == 5 && pool.status.freeLeases == 2)
            }
        }

        @Test("A lease keeps its transaction between calls, and its release rolls back")
        func leaseTransaction() async throws {
            try await withPool(Self.configuration(size: 4, wait: .seconds(2))) { pool in
                try await pool.write { try $0.executeScript("CREATE TABLE leased (a int)") }
                let lease = try await pool.lease()
                try await lease.run { connection in
                    try connection.begin(.readWrite)
                    _ = try connection.execute("INSERT INTO leased VALUES (1)")
                }
                let inside = try await lease.run { try $0.execute("SELECT count(*) FROM leased")[0].int64(0) }
                #expect(inside == 1)
                await lease.release()
                #expect(await kindThrown { try await lease.run { _ in } } == .closed)
                let outside = try await pool.read { try $0.execute("SELECT count(*) FROM leased")[0].int64(0) }
                #expect(outside == 0)
                try await pool.write { try $0.executeScript("DROP TABLE leased") }
            }
        }

        @Test("A lease whose session ended says so instead of going on in a new one")
        func lostLease() async throws {
            try await withPool(Self.configuration(size: 4, wait: .seconds(2))) { pool in
                let lease = try await pool.lease()
                let processID = try await lease.run { $0.backendProcessID }
                try await pool.withConnection { _ = try $0.execute("SELECT pg_terminate_backend(\(processID))") }
                for _ in 0..<2 {
                    let kind = await kindThrown { try await lease.run { _ = try $0.execute("SELECT 1") } }
                    #expect(kind == .connectionLost)
                }
                await lease.release()
                try await pool.withConnection { _ = try $0.execute("SELECT 1") }
            }
        }

        @Test("A lease that is dropped without a release comes back to the pool")
        func droppedLease() async throws {
            try await withPool(Self.configuration(size: 4, wait: .seconds(2))) { pool in
                do {
                    let lease = try await pool.lease()
                    try await lease.run { try $0.begin(.readOnly(isolation: .repeatableRead)) }
                }
                #expect(try await eventually { pool.status.free == 4 && pool.status.freeLeases == 1 })
            }
        }

        @Test("A session that the server ended is replaced before it is used")
        func replacement() async throws {
            try await withPool(Self.configuration(size: 1, wait: .seconds(2))) { pool in
                let killer = PostgresPool(configuration: Self.configuration(size: 1, wait: .seconds(2)))
                for _ in 0..<5 {
                    let processID = try await pool.withConnection { $0.backendProcessID }
                    try await killer.withConnection { connection in
                        _ = try connection.execute("SELECT pg_terminate_backend(\(processID), 5000)")
                    }
                    let answer = try await pool.withConnection { try $0.execute("SELECT 1")[0].int32(0) }
                    #expect(answer == 1)
                }
                await killer.close()
            }
        }

        @Test("A closed pool turns everybody away")
        func closed() async throws {
            let pool = PostgresPool(configuration: Self.configuration(size: 1, wait: .seconds(60)))
            let gate = DispatchSemaphore(value: 0)
            let holder = Task { try await pool.withConnection { _ in gate.wait() } }
            #expect(try await eventually { pool.status.free == 0 })
            let waiting = Task { await kindThrown { try await pool.withConnection { _ in } } }
            #expect(try await eventually { pool.status.waiting == 1 })
            async let closing: Void = pool.close()
            #expect(await waiting.value == .closed)
            gate.signal()
            await closing
            try await holder.value
            #expect(await kindThrown { try await pool.withConnection { _ in } } == .closed)
        }

        @Test("A pool without a server fails soon and says where it looked")
        func noServer() async throws {
            let configuration = PostgresConfiguration(
                connectionString: "host=/tmp/nobody-listens-here dbname=x user=y password=canary",
                applicationName: "tests",
                poolSize: 1
            )
            try await withPool(configuration) { pool in
                do {
                    try await pool.withConnection { _ in }
                    Issue.record("there was a server")
                } catch let error as PostgresError {
                    #expect(error.kind == .connectionFailed)
                    #expect(error.isRetryable)
                    #expect(error.description.contains("/tmp/nobody-listens-here"))
                    #expect(!String(reflecting: error).contains("canary"))
                }
            }
        }
    }
}
