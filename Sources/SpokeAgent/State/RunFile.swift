package import Federation
import Glibc
internal import JSON

/// What a running spoke says of itself in its state folder, for `status` beside it.
package struct RunFile: Sendable, Equatable {
    private static let name = "run.json"
    /// Bytes that such a file may have.
    private static let greatestBytes = 64 * 1024

    package var process: Int32
    package var startedAt: Timestamp
    /// When the next round is due; news of the hub are followed before.
    package var dueAt: Timestamp
    /// The address of the hub in use, where it is known.
    package var hub: String?
    /// Why nothing is sent now, where nothing is.
    package var pause: String?

    package init(process: Int32, startedAt: Timestamp, dueAt: Timestamp, hub: String? = nil, pause: String? = nil) {
        self.process = process
        self.startedAt = startedAt
        self.dueAt = dueAt
        self.hub = hub
        self.pause = pause
    }

    /// What the spoke that works with `folder` says; `nil` where none runs, or it cannot be read.
    package init?(_ folder: StateFolder) {
        // One that was killed leaves the file behind, but not the lock.
        guard folder.isInUse,
            let text = try? SettingsFile.bytes(of: RunFile.path(folder), limit: RunFile.greatestBytes),
            let root = (try? JSONDocument(parsing: text))?.root,
            let process = root["pid"]?.integer.flatMap(Int32.init(exactly:)),
            let startedAt = root["started_at"]?.string.flatMap(Timestamp.init),
            let dueAt = root["due_at"]?.string.flatMap(Timestamp.init),
            // It may be another command that works with the folder now.
            kill(process, 0) == 0 || errno == EPERM
        else { return nil }
        self.init(
            process: process,
            startedAt: startedAt,
            dueAt: dueAt,
            hub: root["hub"]?.string,
            pause: root["paused"]?.string
        )
    }

    /// Writes it into `folder`; that it cannot be written is no reason to stop working.
    package func write(to folder: StateFolder) {
        let partial = RunFile.path(folder) + ".partial"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = json.bytes
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        // It need not survive a power cut, after which nothing runs.
        if !isWritten || rename(partial, RunFile.path(folder)) != 0 { unlink(partial) }
    }

    var json: JSONValue {
        [
            "pid": .integer(Int64(process)), "started_at": .string(startedAt.description),
            "due_at": .string(dueAt.description), "hub": hub.map { .string($0) } ?? .null,
            "paused": pause.map { .string($0) } ?? .null,
        ]
    }

    /// Removes it from `folder`, where it is.
    package static func remove(from folder: StateFolder) {
        unlink(path(folder))
    }

    private static func path(_ folder: StateFolder) -> String { "\(folder.path)/\(name)" }
}
