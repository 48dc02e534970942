import Glibc

/// A process that this program started.
struct ChildProcess: Sendable {
    let processID: pid_t

    /// glibc's number for "in a session of its own"; its header hides the name from Swift.
    private static let newSession: Int16 = 0x80

    /// Starts a program in a session of its own, so that a terminal's signals do not reach it.
    ///
    /// It reads nothing, writes to the file `output`, which is made when missing, and inherits no other open file.
    init(starting command: Command, output: String) throws(PostgresClusterError) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A listening socket that leaked into the server would keep its port taken after this program's end.
        for descriptor in FileSystem.entries(of: "/proc/self/fd").compactMap(Int32.init) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | Self.newSession
        posix_spawnattr_setflags(&attributes, flags)

        var processID: pid_t = 0
        let code = Self.withCStrings([command.executable] + command.arguments) { arguments in
            Self.withCStrings(command.environment) { environment in
                posix_spawn(&processID, command.executable, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            throw PostgresClusterError(
                .notInstalled,
                "The program \(command.executable) could not be started: \(String(cString: strerror(code)))."
            )
        }
        self.processID = processID
    }

    /// How the process ended, or nil while it runs.
    ///
    /// To be asked again only until it gives an answer.
    func pollExit() -> ExitStatus? {
        var status: Int32 = 0
        let result = waitpid(processID, &status, WNOHANG)
        guard result != 0 else { return nil }
        return ExitStatus(waitStatus: result == processID ? status : 0)
    }

    /// Waits for the end of the process; past `timeout`, it is killed.
    func wait(upTo timeout: Duration) -> ExitStatus {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let status = pollExit() { return status }
            if ContinuousClock.now > deadline { kill(processID, SIGKILL) }
            usleep(10_000)
        }
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = strings.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}
