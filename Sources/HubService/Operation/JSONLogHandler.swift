package import Federation
import Glibc
import JSON
package import Logging

/// Writes log entries to standard error, one JSON object a line, so that nothing in an entry can forge another.
package struct JSONLogHandler: LogHandler {
    /// Longer values are cut: a log is not where a payload belongs.
    private static let maximumValueBytes = 2_048

    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    private let now: @Sendable () -> Timestamp

    /// A handler that stamps entries with the time from `now`.
    package init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var members: [JSONValue.Member] = [
            .init("ts", .string(now().description)),
            .init("level", .string(event.level.rawValue)),
            .init("msg", .string(JSONLogHandler.cut("\(event.message)"))),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            members.append(.init(key, .string(JSONLogHandler.cut("\(value)"))))
        }
        var line = JSONValue.object(members).bytes
        line.append(UInt8(ascii: "\n"))
        // One write, so that lines of several threads do not mix; a log that is gone must not stop the hub.
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > maximumValueBytes else { return text }
        return String(decoding: text.utf8.prefix(maximumValueBytes), as: UTF8.self) + "..."
    }
}
