import Glibc
import Postgres
import Synchronization
import Testing

extension ServerTests {
    @Suite struct TransactionTests {
        @Test("A transaction whose closure throws leaves nothing behind")
        func rollsBack() async throws {
            try await withPool { pool in
                try await pool.write { try $0.executeScript("CREATE TABLE rolled (a int)") }
                await #expect(throws: Failure.self) {
                    try await pool.write { connection in
                        _ = try connection.execute("INSERT INTO rolled VALUES (1)")
                        throw Failure("on purpose")
                    }
                }
                let count = try await pool.read { try $0.execute("SELECT count(*) FROM rolled")[0].int64(0) }
                #expect(count == 0)
                try await pool.write { try $0.executeScript("DROP TABLE rolled") }
            }
        }

        @Test("A transaction that failed inside cannot be committed by swallowing the error")
        func swallowedError() async throws {
            try await withPool { pool in
                let kind = await kindThrown {
                    try await pool.write { connection in _ = try? connection.execute("SELECT 1/0") }
                }
                #expect(kind == .server(.inFailedTransaction))
            }
        }

        @Test("A read cannot write and sees one moment")
        func reads() async throws {
            try await withPool { pool in
                let kind = await kindThrown {
                    try await pool.read { try $0.executeScript("CREATE TABLE never (a int)") }
                }
                #expect(kind == .server(.readOnlyTransaction))
                let isolation = try await pool.read { connection in
                    try connection.execute("SELECT current_setting('transaction_isolation')")[0].string(0)
                }
                #expect(isolation == "repeatable read")
            }
        }

        @Test("A write is tried again when the server ends it in favour of another one, and not for ever")
        func retries() async throws {
            let calls = Mutex(0)
            let raise: Query = "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"
            try await withPool { pool in
                let value = try await pool.write { connection in
                    let call = calls.withLock { calls in
                        calls += 1
                        return calls
                    }
                    if call < 3 { _ = try connection.execute(raise) }
                    return call
                }
                #expect(value == 3)
                calls.withLock { $0 = 0 }
                let kind = await kindThrown {
                    try await pool.write { connection in
                        calls.withLock { $0 += 1 }
                        _ = try connection.execute(raise)
                    }
                }
                #expect(kind == .server(.serializationFailure))
                #expect(calls.withLock { $0 } == 4)
            }
        }

        @Test("When the session dies before COMMIT is answered, the outcome is unknown; before COMMIT, it is not")
        func lostSession() async throws {
            try await withPool { pool in
                let before = await kindThrown {
                    try await pool.write { connection in
                        _ = try connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                    }
                }
                #expect(before == .connectionLost)
                try await pool.write { try $0.executeScript(Self.slowCommit) }
                let during = Task {
                    await kindThrown {
                        try await pool.write { try $0.executeScript("INSERT INTO slow VALUES (1)") }
                    }
                }
                let ended = try await eventually {
                    try await pool.withConnection { connection in
                        try connection.execute(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE query = 'COMMIT' AND wait_event = 'PgSleep'
                            """
                        ).rowCount == 1
                    }
                }
                #expect(ended)
                #expect(await during.value == .outcomeUnknown)
                try await pool.write { try $0.executeScript("DROP TABLE slow; DROP FUNCTION slow_commit") }
            }
        }

        /// A table whose deferred trigger makes COMMIT take its time.
        private static let slowCommit = """
            CREATE TABLE slow (a int);
            CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_sleep(10); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION slow_commit();
            """

        @Test("Errors carry SQLSTATE and constraint, and show no value")
        func errors() async throws {
            try await withPool { pool in
                do {
                    try await pool.write { connection in
                        try connection.executeScript("CREATE TABLE keyed (k text CONSTRAINT keyed_key PRIMARY KEY)")
                        _ = try connection.execute("INSERT INTO keyed VALUES (\("canary")), (\("canary"))")
                    }
                    Issue.record("a key was accepted twice")
                } catch let error as PostgresError {
                    #expect(error.kind == .server(.uniqueViolation))
                    #expect(error.constraint == "keyed_key")
                    #expect(error.table == "keyed")
                    #expect(!error.description.contains("canary"))
                    #expect(String(reflecting: error).contains("INSERT INTO keyed"))
                    #expect(!error.isRetryable)
                }
                do {
                    try await pool.read { _ = try $0.execute("SELECT \("canary")::uuid") }
                    Issue.record("no uuid was accepted as one")
                } catch let error as PostgresError {
                    #expect(error.sqlState == .invalidTextRepresentation)
                    #expect(!error.description.contains("canary"))
                }
            }
        }

        @Test("An advisory lock has one holder, and waiting for it is bounded")
        func advisoryLock() async throws {
            try await withPool { pool in
                try await pool.withConnection { holder in
                    try holder.withAdvisoryLock(42, wait: .seconds(1)) { _ in
                        let lockTimeout = try holder.execute("SHOW lock_timeout")[0].string(0)
                        #expect(lockTimeout == "5s")
                        let outcome = Mutex<PostgresError.Kind?>(nil)
                        let done = Mutex(false)
                        Task {
                            let kind = await kindThrown {
                                try await pool.withConnection { other in
                                    try other.withAdvisoryLock(42, wait: .milliseconds(100)) { _ in }
                                }
                            }
                            outcome.withLock { $0 = kind }
                            done.withLock { $0 = true }
                        }
                        while !done.withLock({ $0 }) { usleep(1000) }
                        #expect(outcome.withLock { $0 } == .server(.lockNotAvailable))
                    }
                }
                try await pool.withConnection { try $0.withAdvisoryLock(42, wait: .milliseconds(100)) { _ in } }
            }
        }

        @Test("A longer timeout holds for its closure and not beyond, also after a failure in a transaction")
        func timeouts() async throws {
            var configuration = PostgresConfiguration.test
            configuration.poolSize = 1
            configuration.statementTimeout = .milliseconds(100)
            try await withPool(configuration) { pool in
                let short = await kindThrown { try await pool.read { _ = try $0.execute("SELECT pg_sleep(1)") } }
                #expect(short == .server(.queryCanceled))
                try await pool.write { connection in
                    try connection.withTimeout(.seconds(5)) { _ = try $0.execute("SELECT pg_sleep(0.3)") }
                }
                _ = await kindThrown {
                    try await pool.write { connection in
                        try connection.withTimeout(.seconds(5)) { _ = try $0.execute("SELECT 1/0") }
                    }
                }
                let after = try await pool.read { try $0.execute("SHOW statement_timeout")[0].string(0) }
                #expect(after == "100ms")
            }
        }
    }
}
