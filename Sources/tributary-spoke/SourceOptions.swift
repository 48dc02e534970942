import ArgumentParser
import Glibc
import SpokeAgent

/// Where this node's own patterns are.
struct SourceOptions: ParsableArguments {
    @Option(
        name: .customLong("source"),
        help: ArgumentHelp(
            """
            Where this node's own patterns are: jsonl:FOLDER with one file <collection>.jsonl each, telemetry:FILE with a \
            log of events, git:FOLDER with a team's repository. May be repeated.
            """,
            valueName: "kind:place"
        ),
        transform: PlaceOption.source
    )
    var sources: [any PatternSource] = []

    @Option(help: ArgumentHelp("Share nothing of less value, whatever a collection asks for.", valueName: "value"))
    var minValue: Double?

    @Flag(help: "Take back patterns that are gone from the sources, however many there are.")
    var confirmRetractions = false

    @Flag(help: "Send once more what the hub refused before.")
    var retryRefused = false

    func validate() throws {
        guard minValue.map((0...1).contains) ?? true else {
            throw ValidationError("The least value that is shared is between 0 and 1.")
        }
    }

    /// What of the patterns may leave.
    var outgoing: OutgoingRules {
        var sharing = SharingRules()
        sharing.minimumValue = minValue
        return OutgoingRules(sharing: sharing)
    }
}

/// Where what was learned goes.
struct SinkOptions: ParsableArguments {
    @Option(
        name: .customLong("sink"),
        help: ArgumentHelp(
            """
            Where the winners are kept: jsonl:FOLDER as files <collection>.jsonl, git:FOLDER in a team's repository. May be \
            repeated.
            """,
            valueName: "kind:place"
        ),
        transform: PlaceOption.sink
    )
    var sinks: [any WinnerSink] = []

    @Flag(help: "Pull vectors too.")
    var vectors = false
}

/// Sources and sinks as words of the command line.
enum PlaceOption {
    static func source(_ text: String) throws -> any PatternSource {
        try validated { () throws(SpokeError) in try SourceKind.source(text, home: home) }
    }

    static func sink(_ text: String) throws -> any WinnerSink {
        try validated { () throws(SpokeError) in try SinkKind.sink(text, home: home) }
    }

    private static var home: String? { getenv("HOME").map { String(cString: $0) } }

    private static func validated<Place>(_ body: () throws(SpokeError) -> Place) throws -> Place {
        do throws(SpokeError) { return try body() } catch { throw ValidationError(error.description) }
    }
}
