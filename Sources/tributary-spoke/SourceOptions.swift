import ArgumentParser
import Glibc
import JSON
import SpokeAgent

/// Where this node's own patterns are.
struct SourceOptions: ParsableArguments {
    @Option(
        name: .customLong("source"),
        help: ArgumentHelp(
            "A folder of this node's own patterns, one file <collection>.jsonl each, or a Qdrant that holds them, such as"
                + " qdrant:http://localhost:6333. May be repeated.",
            valueName: "jsonl:folder"
        ),
        transform: PlaceOption.source
    )
    var sources: [any PatternSource] = []

    @Flag(help: "Take back patterns that are gone from the sources, however many there are.")
    var confirmRetractions = false

    @Flag(help: "Send once more what the hub refused before.")
    var retryRefused = false

    /// What is given of these that can be set elsewhere too.
    var given: [Setting: JSONValue] {
        sources.isEmpty ? [:] : [.sources: .array(sources.map { .string($0.argument) })]
    }
}

/// Where what was learned goes.
struct SinkOptions: ParsableArguments {
    @Option(
        name: .customLong("sink"),
        help: ArgumentHelp(
            "A folder in which the winners are kept as files <collection>.jsonl, or a Qdrant that gets them as points."
                + " May be repeated.",
            valueName: "jsonl:folder"
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
