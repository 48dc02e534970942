import Glibc

/// Another program that is asked something small, and is ended when it takes too long.
enum ChildProgram {
    /// How it ended, and what it said.
    struct Answer: Equatable {
        var status: Int32
        var output: String
    }

    /// Bytes of output that are read.
    private static let limit = 16 * 1024
    /// Between two looks at whether it has ended, in milliseconds.
    private static let slice: Int32 = 5

    /// Runs the program called `name` with `words`; `nil` where it cannot be started, is killed or passes the deadline.
    static func run(_ name: String, _ words: [String], deadline: Duration) -> Answer? {
        let end = SystemClock.elapsed() + deadline
        guard let (process, descriptor) = start(name, words) else { return nil }
        defer { close(descriptor) }
        let output = read(descriptor, until: end)
        guard let status = wait(for: process, until: end), let output else { return nil }
        return Answer(status: status, output: output)
    }

    private static func start(_ name: String, _ words: [String]) -> (process: pid_t, output: Int32)? {
        guard let (readEnd, writeEnd) = Pipe.make(isNonBlocking: false) else { return nil }
        defer { close(writeEnd) }
        var actions = posix_spawn_file_actions_t()
        guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, writeEnd, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // It gets nothing of this program's environment, and speaks no language that has to be understood.
        let environment = ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C"]
        var process: pid_t = 0
        let code = withStrings([name] + words) { words in
            withStrings(environment) { posix_spawnp(&process, name, &actions, nil, words, $0) }
        }
        guard code == 0 else {
            close(readEnd)
            return nil
        }
        return (process, readEnd)
    }

    private static func withStrings<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + strings.count).initialize(to: nil)
        defer {
            for index in strings.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return body(pointers)
    }

    /// What it says up to its end; `nil` where that does not come in time.
    private static func read(_ descriptor: Int32, until end: Duration) -> String? {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while output.count < limit {
            let rest = (end - SystemClock.elapsed()) / .milliseconds(1)
            guard rest > 0 else { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(rest.rounded(.up))) > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// How `process` ended; `nil` where it had to be killed.
    private static func wait(for process: pid_t, until end: Duration) -> Int32? {
        var status: Int32 = 0
        while true {
            let found = waitpid(process, &status, WNOHANG)
            if found == process { break }
            guard found == 0 || errno == EINTR else { return nil }
            guard SystemClock.elapsed() < end else {
                kill(process, SIGKILL)
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                return nil
            }
            poll(nil, 0, slice)
        }
        // It ended by itself where the lowest seven bits, which would name a signal, are zero.
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
    }
}
