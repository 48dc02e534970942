import Glibc

extension PostgresCluster {
    /// How often a start is tried again while processes of an earlier server still hold its memory.
    private static let sharedMemoryTimeout: Duration = .seconds(30)
    private static let checkInterval: useconds_t = 50_000
    private static let databaseMissing = "3D000"

    /// Starts or takes over the server; the lock is held.
    func startLocked() throws(PostgresClusterError) {
        if try adoptLeftover() { return }
        let account = try ClusterAccount.forServer(requested: configuration.account, layout: layout)
        let binaries = try PostgresBinaries.find(matching: existingVersion())
        try prepareDirectories(account)
        log.trim()
        if existingVersion() == nil {
            try ClusterInitialization(layout: layout, binaries: binaries, account: account, log: log).run()
        }
        try writeSettings(binaries, account)
        try removeStaleLockFiles()
        let deadline = ContinuousClock.now + Self.sharedMemoryTimeout
        while true {
            let logSize = log.size
            do throws(PostgresClusterError) {
                try launch(binaries, account)
                return
            } catch {
                let isHeld = error.kind == .server && log.tail(since: logSize).contains("shared memory block")
                guard isHeld, ContinuousClock.now < deadline, !Task.isCancelled else { throw error }
                try processes.end()
            }
        }
    }

    /// The major version of the cluster on disk; nil when there is none.
    private func existingVersion() -> Int? {
        guard let text = FileSystem.read(layout.versionFile, limit: 16) else { return nil }
        return Int(text.prefix { $0.isNumber })
    }

    private func prepareDirectories(_ account: ClusterAccount?) throws(PostgresClusterError) {
        if let account {
            try passThrough(account)
            try account.checkReach(of: layout.directory)
        }
        guard mkdir(layout.socketDirectory, 0o700) == 0 || errno == EEXIST else {
            throw FileSystem.failure("The directory \(layout.socketDirectory) could not be made")
        }
        guard let run = FileSystem.attributes(layout.socketDirectory, followingLinks: false), run.isDirectory else {
            throw PostgresClusterError(
                .directory,
                "\(layout.socketDirectory) is not a directory. Move it away; the database puts its socket there."
            )
        }
        if let account {
            guard lchown(layout.socketDirectory, account.userID, account.groupID) == 0 else {
                throw FileSystem.failure(
                    "The directory \(layout.socketDirectory) could not be given to \(account.name)"
                )
            }
            try giveData(to: account)
        }
        guard chmod(layout.socketDirectory, 0o700) == 0 else {
            throw FileSystem.failure("The permissions of \(layout.socketDirectory) could not be set")
        }
    }

    /// Lets the account pass through the cluster's own directory, when root made that one for itself alone.
    private func passThrough(_ account: ClusterAccount) throws(PostgresClusterError) {
        guard let own = FileSystem.attributes(layout.directory), own.owner == 0, own.mode & S_IXOTH == 0 else { return }
        guard chmod(layout.directory, own.mode & 0o7777 | S_IXOTH) == 0 else {
            throw FileSystem.failure("The permissions of \(layout.directory) could not be set")
        }
    }

    /// Gives the cluster's files to the account, as after a restore by root or a change of account.
    private func giveData(to account: ClusterAccount) throws(PostgresClusterError) {
        guard let data = FileSystem.attributes(layout.data, followingLinks: false), data.owner != account.userID else {
            return
        }
        let owner = "\(account.userID):\(account.groupID)"
        let command = try Command(named: "chown", ["-R", "-h", owner, layout.data], package: "coreutils")
        let status = try ChildProcess(starting: command, output: log.path).wait(upTo: configuration.recoveryTimeout)
        guard status.isSuccess else {
            throw PostgresClusterError(
                .directory,
                "The files in \(layout.data) could not be given to the account \(account.name) (\(status)); see \(log.path)."
            )
        }
    }

    /// Writes the settings, and makes the main settings file include them.
    private func writeSettings(
        _ binaries: PostgresBinaries,
        _ account: ClusterAccount?
    ) throws(PostgresClusterError) {
        let probe = Command(
            binaries.server,
            ["-C", "default_toast_compression", "-D", layout.data, "-c", "default_toast_compression=lz4"]
        )
        let probing = try ChildProcess(starting: try probe.run(as: account), output: "/dev/null")
        let supportsLZ4 = probing.wait(upTo: .seconds(10)).isSuccess
        let text = ClusterSettings.text(layout: layout, supportsLZ4: supportsLZ4)
        if FileSystem.read(layout.settingsFile) != text {
            try FileSystem.replace(layout.settingsFile, with: text, owner: account)
        }
        guard let main = FileSystem.read(layout.mainSettingsFile, limit: 1 << 20) else {
            throw FileSystem.failure("The file \(layout.mainSettingsFile) could not be read")
        }
        guard !main.split(separator: "\n").contains(Substring(ClusterSettings.includeLine)) else { return }
        let extended = main + "\n" + ClusterSettings.includeLine + "\n"
        try FileSystem.replace(layout.mainSettingsFile, with: extended, owner: account)
    }

    /// Starts the postmaster and waits until it takes connections.
    private func launch(
        _ binaries: PostgresBinaries,
        _ account: ClusterAccount?
    ) throws(PostgresClusterError) {
        let logSize = log.size
        let command = try Command(binaries.server, ["-D", layout.data]).run(as: account)
        let child = try ChildProcess(starting: command, output: log.path)
        let running = RunningServer(child: child)
        do throws(PostgresClusterError) {
            try waitUntilReady(child, logSize: logSize)
            try makeDatabase()
        } catch {
            // After its own exit there is nothing left to end.
            if error.kind != .server { try? end(running) }
            throw error
        }
        server = running
    }

    private func waitUntilReady(_ child: ChildProcess, logSize: Int) throws(PostgresClusterError) {
        let start = ContinuousClock.now
        var isRecovering = false
        while true {
            if let status = child.pollExit() {
                throw PostgresClusterError(
                    .server,
                    "PostgreSQL did not start (\(status)). It said: \(log.tail(since: logSize)) See \(log.path)."
                )
            }
            switch ServerSession.connect(to: layout.socket, database: ClusterLayout.database) {
            case .ready, .refused: return
            case .notNow: isRecovering = true
            case .silent: isRecovering = false
            }
            let limit = isRecovering ? configuration.recoveryTimeout : configuration.startTimeout
            guard ContinuousClock.now - start < limit else {
                throw PostgresClusterError(
                    .timedOut,
                    "PostgreSQL did not take connections within \(limit). It said: \(log.tail(since: logSize)) "
                        + "See \(log.path)."
                )
            }
            guard !Task.isCancelled else {
                throw PostgresClusterError(.cancelled, "The start of PostgreSQL was cancelled.")
            }
            usleep(Self.checkInterval)
        }
    }

    /// Makes the database, when there is none yet.
    private func makeDatabase() throws(PostgresClusterError) {
        guard
            case .refused(Self.databaseMissing, _) = ServerSession.connect(
                to: layout.socket,
                database: ClusterLayout.database
            )
        else { return }
        let complaint: String?
        switch ServerSession.connect(to: layout.socket, database: "postgres") {
        case .ready(let session): complaint = session.execute("CREATE DATABASE \(ClusterLayout.database)")
        case .refused(_, let message), .notNow(let message): complaint = message
        case .silent: complaint = "no answer"
        }
        guard let complaint else { return }
        throw PostgresClusterError(
            .initialization,
            "The database \(ClusterLayout.database) could not be made: \(complaint). See \(log.path)."
        )
    }
}
