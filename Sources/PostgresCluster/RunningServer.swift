import Glibc

/// A postmaster that this program watches: its own child, or one that an earlier process left behind.
struct RunningServer: Sendable {
    let processID: pid_t
    private let child: ChildProcess?

    init(child: ChildProcess) {
        processID = child.processID
        self.child = child
    }

    init(adopted processID: pid_t) {
        self.processID = processID
        child = nil
    }

    var isChild: Bool { child != nil }

    /// How it ended, or nil while it runs.
    ///
    /// To be asked again only until it gives an answer.
    func pollExit(among processes: ServerProcesses) -> String? {
        if let child { return child.pollExit()?.description }
        return processes.contains(processID) ? nil : "unknown status"
    }
}
