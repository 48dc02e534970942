/// What the server's own lock file, `postmaster.pid`, says.
struct PostmasterFile: Sendable {
    let processID: Int32
    /// The last line: `starting`, `ready`, `stopping`.
    let status: String

    /// Nil when the file is missing or holds no process id.
    init?(path: String) {
        guard let text = FileSystem.read(path, limit: 4096) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let processID = Int32(first), processID > 0 else { return nil }
        self.processID = processID
        let status = lines.count > 7 ? lines[7] : ""
        self.status = String(status.prefix { $0 != " " })
    }
}
