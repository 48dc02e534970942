/// How a process ended.
struct ExitStatus: Hashable, Sendable, CustomStringConvertible {
    /// The exit code, or nil when a signal ended it.
    let code: Int32?
    /// The signal that ended it.
    let signal: Int32?

    /// Takes apart what waitpid(2) reports; the macros for it are not visible to Swift.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        code = signal == 0 ? (waitStatus >> 8) & 0xFF : nil
        self.signal = signal == 0 ? nil : signal
    }

    var isSuccess: Bool { code == 0 }

    var description: String {
        if let code { return "exit code \(code)" }
        return "signal \(signal ?? 0)"
    }
}
