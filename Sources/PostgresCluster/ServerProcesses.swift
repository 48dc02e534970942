import Glibc

/// The processes of a server, as the kernel lists them.
struct ServerProcesses {
    /// The server's data directory.
    ///
    /// Its postmaster and all its children have it as their current directory.
    let data: String

    /// Whether that process is a PostgreSQL server on this data directory, and not some other program that got the
    /// same number.
    func contains(_ processID: pid_t) -> Bool {
        guard let executable = FileSystem.linkTarget("/proc/\(processID)/exe"),
            let own = FileSystem.attributes(data),
            // Following the link is what tells a moved directory, or another mount, from this one.
            let current = FileSystem.attributes("/proc/\(processID)/cwd")
        else { return false }
        // An upgrade of the package removes the file under the running server.
        let name = executable.split(separator: "/").last.map(String.init) ?? ""
        return (name == "postgres" || name == "postgres (deleted)") && current.isSame(as: own)
    }

    /// All processes on this data directory.
    func all() -> [pid_t] {
        FileSystem.entries(of: "/proc").compactMap { pid_t($0) }.filter(contains)
    }

    /// Signals all of them.
    func signal(_ number: Int32) {
        for processID in all() { kill(processID, number) }
    }

    /// Waits until none is left; says whether that happened in time.
    func waitForEnd(upTo timeout: Duration) -> Bool {
        let deadline = ContinuousClock.now + timeout
        while !all().isEmpty {
            guard ContinuousClock.now < deadline, !Task.isCancelled else { return false }
            usleep(50_000)
        }
        return true
    }

    /// Ends all of them, by force in the end.
    ///
    /// What they had not committed is undone when the server starts again.
    func end() throws(PostgresClusterError) {
        for number in [SIGQUIT, SIGKILL] {
            signal(number)
            // One that was stopped could not act on it otherwise.
            signal(SIGCONT)
            if waitForEnd(upTo: .seconds(5)) { return }
        }
        let left = all().map { "\($0)" }.joined(separator: ", ")
        throw PostgresClusterError(
            .timedOut,
            "The database processes \(left) of an earlier run do not end. End them, or restart the machine."
        )
    }
}
