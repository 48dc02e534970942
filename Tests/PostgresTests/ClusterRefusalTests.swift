import Glibc
import PostgresCluster
import Testing

@Suite struct ClusterRefusalTests {
    private static func refusal(
        _ directory: String,
        _ configuration: ClusterConfiguration = ClusterConfiguration()
    ) async throws -> PostgresClusterError? {
        do {
            let cluster = try PostgresCluster(directory: directory, configuration: configuration)
            try await stopping(cluster) { try await cluster.start() }
            return nil
        } catch let error as PostgresClusterError {
            return error
        }
    }

    @Test("A path that is too long for a socket, or that libpq would misread, is refused with the reason")
    func paths() async throws {
        let long = try await Self.refusal("/tmp/" + String(repeating: "x", count: 100))
        #expect(long?.kind == .directory)
        #expect(long?.description.contains("107") == true)
        #expect(try await Self.refusal("/tmp/a,b")?.kind == .directory)
        #expect(access("/tmp/a,b", F_OK) != 0)
    }

    @Test("A directory that holds something else is left alone")
    func foreignDirectory() async throws {
        try await withTemporaryDirectory { directory in
            mkdir(directory + "/postgres", 0o700)
            try write("mine", to: directory + "/postgres/file")
            let error = try await Self.refusal(directory)
            #expect(error?.kind == .directory)
            #expect(access(directory + "/postgres/file", F_OK) == 0)
        }
    }

    @Test("A cluster of a version that is not installed is refused, and the version is named")
    func otherVersion() async throws {
        try await withTemporaryDirectory { directory in
            mkdir(directory + "/postgres", 0o700)
            try write("9\n", to: directory + "/postgres/PG_VERSION")
            let error = try await Self.refusal(directory)
            #expect(error?.kind == .notInstalled)
            #expect(error?.description.contains("PostgreSQL 9") == true)
        }
    }

    @Test("As root, a directory that the server's account cannot reach is refused, and the obstacle is named")
    func unreachable() async throws {
        guard geteuid() == 0 else { return }
        try await withTemporaryDirectory { directory in
            mkdir(directory + "/private", 0o700)
            let error = try await Self.refusal(directory + "/private/hub")
            #expect(error?.kind == .directory)
            #expect(error?.description.contains("through the directory \(directory)/private.") == true)
            let account = try await Self.refusal(directory, ClusterConfiguration(account: "no-such-account"))
            #expect(account?.description.contains("no-such-account") == true)
        }
    }

    @Test("As root, a cluster goes over to another account with all of its files")
    func changedAccount() async throws {
        guard geteuid() == 0 else { return }
        try await withTemporaryDirectory { directory in
            for account in [nil, "nobody", nil] {
                let configuration = ClusterConfiguration(account: account)
                try await PostgresCluster.withRunningCluster(directory: directory, configuration: configuration) {
                    try await checkAnswers($0)
                }
                var owner = stat()
                #expect(lstat(directory + "/postgres/base/1/PG_VERSION", &owner) == 0 && owner.st_uid != 0)
            }
        }
    }

    @Test("A server that ends at once is reported with what it said")
    func brokenCluster() async throws {
        try await withTemporaryDirectory { directory in
            try await PostgresCluster.withRunningCluster(directory: directory) { _ in }
            try write("nonsense = 1\n", to: directory + "/postgres/postgresql.conf")
            let error = try await Self.refusal(directory)
            #expect(error?.kind == .server)
            #expect(error?.description.contains("nonsense") == true)
        }
    }

    @Test("An installed PostgreSQL that is new enough is found")
    func binaries() throws {
        let binaries = try PostgresBinaries.find()
        #expect(binaries.majorVersion >= PostgresBinaries.oldestVersion)
        #expect(access(binaries.directory + "/initdb", X_OK) == 0)
        #expect(try PostgresBinaries.find(matching: binaries.majorVersion) == binaries)
    }
}
