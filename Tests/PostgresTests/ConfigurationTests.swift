import Postgres
import Testing

@Suite struct ConfigurationTests {
    private static func configuration(_ connectionString: String) -> PostgresConfiguration {
        PostgresConfiguration(connectionString: connectionString, applicationName: "tests")
    }

    @Test(
        "No form of a connection string shows its password",
        arguments: [
            "postgresql://user:canary@db.example:5433/hub?sslmode=require",
            "postgres://db.example/hub?password=canary&user=user",
            "host=db.example dbname=hub user=user password=canary",
            "host=db.example password='can\\'ary canary'",
            "postgresql://user:x@canary@db.example/hub",
            "postgresql://user:12/canary@db.example/hub",
            "postgresql://user:canary/x@db.example/hub",
            "user:canary@db.example",
            "host=db.example password=canary nonsense",
        ]
    )
    func redaction(connectionString: String) {
        let configuration = Self.configuration(connectionString)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [configuration.description, String(reflecting: configuration), "\(configuration)", dumped] {
            #expect(!text.contains("canary"), "\(text)")
        }
    }

    @Test("What is shown of a connection string is where it leads")
    func shown() {
        let configuration = Self.configuration("postgresql://user:canary@db.example:5433/hub?sslmode=require")
        #expect(configuration.description == "host=db.example port=5433 dbname=hub user=user sslmode=require")
    }

    @Test("An inline password is noticed in every form")
    func inlinePassword() {
        #expect(Self.configuration("postgresql://user:canary@db.example/hub").passwordIsInline)
        #expect(Self.configuration("host=db.example password=canary").passwordIsInline)
        #expect(!Self.configuration("postgresql://user@db.example/hub").passwordIsInline)
        #expect(!Self.configuration("host=db.example passfile=/etc/pass").passwordIsInline)
    }

    @Test(
        "A connection string that cannot be read is refused without being quoted",
        arguments: ["user:canary@db.example", "postgresql://user:x@canary@db.example/hub", "password=canary%zz x"]
    )
    func unreadable(connectionString: String) async throws {
        let pool = PostgresPool(configuration: Self.configuration(connectionString))
        do {
            try await pool.withConnection { _ in }
            Issue.record("it was accepted")
        } catch let error as PostgresError {
            #expect(error.kind == .configuration)
            #expect(!String(reflecting: error).contains("canary"))
        }
        await pool.close()
    }
}

extension ServerTests {
    @Suite struct DurabilityTests {
        @Test("A session that could lose acknowledged writes is refused, with the setting's name")
        func refusesAsynchronousCommit() async throws {
            var configuration = PostgresConfiguration.test
            configuration.connectionString += " options='-c synchronous_commit=off'"
            try await withPool(configuration) { pool in
                do {
                    try await pool.withConnection { _ in }
                    Issue.record("it was accepted")
                } catch let error as PostgresError {
                    #expect(error.kind == .configuration)
                    #expect(error.description.contains("synchronous_commit"))
                }
            }
        }

        @Test("Every session has the limits and forms that were configured")
        func sessionSettings() async throws {
            let expected = [
                ("statement_timeout", "15s"), ("lock_timeout", "5s"), ("TimeZone", "UTC"),
                ("idle_in_transaction_session_timeout", "1min"), ("client_encoding", "UTF8"),
                ("standard_conforming_strings", "on"), ("application_name", "tests"),
                ("idle_session_timeout", "0"),
            ]
            try await withPool { pool in
                try await pool.withConnection { connection in
                    for (name, value) in expected {
                        let actual = try connection.execute("SELECT current_setting(\(name))")[0].string(0)
                        #expect(actual == value, "\(name)")
                    }
                }
            }
        }
    }
}
