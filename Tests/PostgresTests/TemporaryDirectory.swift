import Glibc

/// A directory with a short path that is removed at the end, with whatever server still runs in it.
///
/// A watcher outside this process removes it too, should this process crash.
struct TemporaryDirectory {
    let path: String
    private let watcher: pid_t

    private static let script = """
        while [ -d "$1" ] && kill -0 "$2" 2>/dev/null; do sleep 0.5; done
        [ -d "$1" ] || exit 0
        for exe in /proc/[0-9]*/cwd; do
            case "$(readlink "$exe")" in "$1"/*) pid="${exe%/cwd}"; kill -KILL "${pid#/proc/}";; esac
        done
        sleep 0.5
        rm -rf "$1"
        """

    init() throws {
        var template = Array("/tmp/pg-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("mkdtemp failed: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        watcher = try Self.spawn(["/bin/sh", "-c", Self.script, "sh", path, "\(getpid())"])
    }

    func remove() {
        _ = try? Self.run(["/bin/rm", "-rf", path])
        kill(-watcher, SIGKILL)
        var status: Int32 = 0
        waitpid(watcher, &status, 0)
    }

    /// Runs a program to its end, in silence.
    @discardableResult
    static func run(_ arguments: [String]) throws -> Int32 {
        var status: Int32 = 0
        waitpid(try spawn(arguments), &status, 0)
        return status
    }

    /// Starts a program, in silence and in a process group of its own.
    static func spawn(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, mode) in [(Int32(0), O_RDONLY), (1, O_WRONLY), (2, O_WRONLY)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", mode, 0)
        }
        // A pipe of the test runner that stays open would keep it waiting.
        for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var pointers = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var environment = [strdup("PATH=/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin"), nil]
        defer { for pointer in environment { free(pointer) } }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, arguments[0], &actions, &attributes, pointers, &environment)
        guard code == 0 else { throw Failure("\(arguments[0]) could not be started: \(code)") }
        return processID
    }
}

/// A failure of a test's own preparations.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
