import Postgres
import Testing

extension ServerTests {
    @Suite struct NotificationsTests {
        @Test("Notifications arrive in order, and the connection comes back when it is lost")
        func reconnects() async throws {
            var configuration = PostgresConfiguration.test
            configuration.applicationName = "listening test"
            let notifications = Notifications(configuration: configuration, channels: ["Some channel", "other"])
            let running = Task { try await notifications.run() }
            defer { running.cancel() }
            var events = notifications.events.makeAsyncIterator()
            #expect(await events.next() == .connected)
            try await withPool { pool in
                for payload in ["one", "two"] {
                    try await pool.write { connection in
                        _ = try connection.execute("SELECT pg_notify('Some channel', \(payload))")
                    }
                }
                #expect(await events.next() == .notification(channel: "Some channel", payload: "one"))
                #expect(await events.next() == .notification(channel: "Some channel", payload: "two"))
                try await pool.withConnection { connection in
                    let ended = try connection.execute(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'listening test'
                        """
                    )
                    #expect(ended.rowCount == 1)
                }
                #expect(await events.next() == .reconnected)
                try await pool.withConnection { try $0.executeScript("NOTIFY other, 'three'") }
                #expect(await events.next() == .notification(channel: "other", payload: "three"))
            }
            let start = ContinuousClock.now
            running.cancel()
            try await running.value
            #expect(ContinuousClock.now - start < .seconds(2))
            #expect(await events.next() == nil)
        }

        @Test("A listener without a server keeps trying until it is cancelled")
        func noServer() async throws {
            let configuration = PostgresConfiguration(
                connectionString: "host=/tmp/nobody-listens-here",
                applicationName: "tests"
            )
            let notifications = Notifications(configuration: configuration, channels: ["a"])
            let running = Task { try await notifications.run() }
            try await Task.sleep(for: .milliseconds(200))
            running.cancel()
            try await running.value
        }
    }
}
