import ArgumentParser
import Glibc
import SpokeAgent

/// Where this node's own patterns are.
struct SourceOptions: ParsableArguments {
    @Option(
        name: .customLong("source"),
        help: ArgumentHelp(
            "A folder of this node's own patterns, one file <collection>.jsonl each. May be repeated.",
            valueName: "jsonl:folder"
        ),
        transform: { JSONLSource(folder: try FolderArgument.path($0)) }
    )
    var sources: [JSONLSource] = []

    @Flag(help: "Take back patterns that are gone from the sources, however many there are.")
    var confirmRetractions = false

    @Flag(help: "Send once more what the hub refused before.")
    var retryRefused = false
}

/// Where what was learned goes.
struct SinkOptions: ParsableArguments {
    @Option(
        name: .customLong("sink"),
        help: ArgumentHelp(
            "A folder in which the winners are kept as files <collection>.jsonl. May be repeated.",
            valueName: "jsonl:folder"
        ),
        transform: { JSONLSink(folder: try FolderArgument.path($0)) }
    )
    var sinks: [JSONLSink] = []

    @Flag(help: "Pull vectors too.")
    var vectors = false
}

/// A folder with its format, as in `jsonl:patterns`.
enum FolderArgument {
    private static let format = "jsonl"

    /// The folder that `argument` names.
    static func path(_ argument: String) throws -> String {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == format, !parts[1].isEmpty else {
            let folder = parts.last.map(String.init) ?? ""
            throw ValidationError("give the format too, as in '\(format):\(folder.isEmpty ? "patterns" : folder)'")
        }
        // The shell leaves a tilde behind a colon alone.
        guard parts[1].hasPrefix("~/"), let home = getenv("HOME") else { return String(parts[1]) }
        return String(cString: home) + parts[1].dropFirst()
    }
}
