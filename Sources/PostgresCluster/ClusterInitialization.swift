import Glibc

/// Makes a new cluster.
///
/// It is made under another name and renamed when it is complete and on disk, so a directory with the right name is
/// always a whole cluster, and what an interrupted attempt left is removed by the next.
struct ClusterInitialization {
    let layout: ClusterLayout
    let binaries: PostgresBinaries
    let account: ClusterAccount?
    let log: ServerLog

    private static let timeout: Duration = .seconds(180)

    func run() throws(PostgresClusterError) {
        try checkTarget()
        try removeUnfinished()
        guard mkdir(layout.unfinishedData, 0o700) == 0 else {
            throw FileSystem.failure("The directory \(layout.unfinishedData) could not be made")
        }
        if let account, lchown(layout.unfinishedData, account.userID, account.groupID) != 0 {
            throw FileSystem.failure("The directory \(layout.unfinishedData) could not be given to \(account.name)")
        }
        let logSize = log.size
        let arguments = [
            "-D", layout.unfinishedData, "-U", ClusterLayout.superuser, "--encoding=UTF8", "--locale=C",
            "--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions",
        ]
        let status = try run(Command(binaries.initializer, arguments))
        guard status.isSuccess else {
            throw PostgresClusterError(
                .initialization,
                "initdb could not make a cluster in \(layout.unfinishedData) (\(status)). It said: "
                    + "\(log.tail(since: logSize)) See \(log.path)."
            )
        }
        guard rename(layout.unfinishedData, layout.data) == 0 else {
            throw FileSystem.failure("The directory \(layout.unfinishedData) could not be renamed to \(layout.data)")
        }
        FileSystem.synchronize(directory: layout.directory)
    }

    /// Refuses to put a cluster where something else is.
    ///
    /// An empty directory, as of a mount, does not count.
    private func checkTarget() throws(PostgresClusterError) {
        guard FileSystem.attributes(layout.data, followingLinks: false) != nil else { return }
        guard FileSystem.entries(of: layout.data).isEmpty, rmdir(layout.data) == 0 else {
            throw PostgresClusterError(
                .directory,
                "\(layout.data) exists and is not a PostgreSQL cluster. Move it away, or choose another data directory."
            )
        }
    }

    private func removeUnfinished() throws(PostgresClusterError) {
        guard FileSystem.attributes(layout.unfinishedData, followingLinks: false) != nil else { return }
        // An initdb whose parent was killed may still be at work there.
        try ServerProcesses(data: layout.unfinishedData).end()
        let command = try Command(named: "rm", ["-rf", "--", layout.unfinishedData], package: "coreutils")
        let status = try ChildProcess(starting: command, output: log.path).wait(upTo: Self.timeout)
        guard status.isSuccess else {
            throw PostgresClusterError(
                .directory,
                "The unfinished cluster \(layout.unfinishedData) could not be removed (\(status)). Remove it; see "
                    + "\(log.path)."
            )
        }
    }

    private func run(_ command: Command) throws(PostgresClusterError) -> ExitStatus {
        try ChildProcess(starting: try command.run(as: account), output: log.path).wait(upTo: Self.timeout)
    }
}
