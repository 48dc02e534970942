import ArgumentParser
import Glibc
import JSON
import SpokeAgent

/// Where this node's own patterns are.
struct SourceOptions: ParsableArguments {
    @Option(
        name: .customLong("source"),
        help: ArgumentHelp(
            """
            Where this node's own patterns are: jsonl:FOLDER with one file <collection>.jsonl each, telemetry:FILE with a \
            log of events, git:FOLDER with a team's repository, qdrant:URL with a Qdrant. May be repeated.
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

    /// What is given of these that can be set elsewhere too.
    var given: [Setting: JSONValue] {
        var given: [Setting: JSONValue] = [:]
        if !sources.isEmpty { given[.sources] = .array(sources.map { .string($0.argument) }) }
        if let minValue { given[.minValue] = .number(minValue) }
        return given
    }
}

/// Where what was learned goes.
struct SinkOptions: ParsableArguments {
    @Option(
        name: .customLong("sink"),
        help: ArgumentHelp(
            """
            Where the winners are kept: jsonl:FOLDER as files <collection>.jsonl, git:FOLDER in a team's repository, \
            qdrant:URL as points. May be repeated.
            """,
            valueName: "kind:place"
        ),
        transform: PlaceOption.sink
    )
    var sinks: [any WinnerSink] = []

    @Flag(inversion: .prefixedNo, help: "Pull vectors too.")
    var vectors: Bool?

    /// What is given of these.
    var given: [Setting: JSONValue] {
        var given: [Setting: JSONValue] = [:]
        if !sinks.isEmpty { given[.sinks] = .array(sinks.map { .string($0.argument) }) }
        if let vectors { given[.vectors] = .boolean(vectors) }
        return given
    }
}

/// Sources and sinks as words of the command line.
enum PlaceOption {
    static func source(_ text: String) throws -> any PatternSource {
        try validated { () throws(SpokeError) in try SourceKind.source(text, home: home) }
    }

    static func sink(_ text: String) throws -> any WinnerSink {
        try validated { () throws(SpokeError) in try SinkKind.sink(text, home: home) }
    }

    static var home: String? { getenv("HOME").map { String(cString: $0) } }

    private static func validated<Place>(_ body: () throws(SpokeError) -> Place) throws -> Place {
        do throws(SpokeError) { return try body() } catch { throw ValidationError(error.description) }
    }
}
