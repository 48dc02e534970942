import ArgumentParser
import Federation
import JSON
import Replication
import Settings
import Snapshots
import SpokeAgent

/// Patterns to a file.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes what this node would share and what it learned to a file, without the hub.",
        discussion: """
            EXAMPLES
              tributary-spoke export alice.json.gz --state state --source jsonl:patterns
              tributary-spoke export - --learned --collections skills-patterns \\
                --state state | ssh lab tributary-spoke import - --state state

            The file is for another machine's 'import', for a hub's, and for the
            predecessor, which reads it as its own. Own patterns go through the same rules
            as a push: what is below the threshold, not to be shared or held back by the
            guard stays here. It is there whole or not at all, and a spoke that is running
            on the same state goes on.
            """
    )

    @Argument(help: "The file; compressed where it ends in .gz; '-' is standard output.")
    var file: String

    @Flag(help: "This node's own patterns alone.")
    var own = false

    @Flag(help: "What was learned alone.")
    var learned = false

    @OptionGroup var place: SnapshotOptions

    @Option(
        name: .customLong("source"),
        help: ArgumentHelp("Where this node's own patterns are. May be repeated.", valueName: "kind:place"),
        transform: PlaceOption.source
    )
    var sources: [any PatternSource] = []

    @Option(help: ArgumentHelp("Share nothing of less value, whatever a collection asks for.", valueName: "value"))
    var minValue: Double?

    @Option(
        help: "This node's name, where no hub has told it.",
        transform: { text in try validated { () throws(InvalidSetting) in try SettingText.node(text) } }
    )
    var node: NodeName?

    func validate() throws {
        guard !own || !learned else { throw ValidationError("Give --own or --learned; without either it is both.") }
        guard minValue.map((0...1).contains) ?? true else {
            throw ValidationError("The least value that is shared is between 0 and 1.")
        }
        guard !place.json || file != SnapshotInput.pipe else {
            throw ValidationError("Standard output takes the snapshot or --json, not both.")
        }
    }

    func run() throws {
        SignalFlag.install()
        let console = Console(isQuiet: place.quiet)
        let configuration = try place.load(given)
        if own { try configuration.requireSource() }
        let folder = StateFolder(try configuration.state())
        let state = folder.exists ? try folder.openExisting() : try StateFolder.inMemory()
        let export = try SnapshotExport(
            from: state,
            sources: learned ? [] : try configuration.openSources(home: PlaceOption.home),
            outgoing: try configuration.outgoing(),
            node: configuration.preferred(.node).flatMap(NodeName.init),
            environment: SystemClock.environment,
            progress: console.progress
        )
        let selection: SnapshotExport.Selection = own ? .own : learned ? .learned : .both
        let outcome = try export.run(selection, of: configuration.collections, to: file)
        if place.json {
            console.result(outcome.json(file).text)
        } else {
            console.say(outcome.text)
        }
        if outcome.unreadable > 0 { throw ExitCode(ExitStatus.partial.rawValue) }
    }

    /// What is given of what can be set elsewhere too.
    private var given: [Setting: JSONValue] {
        var given: [Setting: JSONValue] = [:]
        if !sources.isEmpty { given[.sources] = .array(sources.map { .string($0.argument) }) }
        if let minValue { given[.minValue] = .number(minValue) }
        if let node { given[.node] = .string(node.text) }
        return given
    }
}

extension SnapshotExport.Outcome {
    fileprivate var text: String {
        let total = entries.reduce(0) { $0 + $1.set.count }
        let parts = entries.map { "\($0.set.count) of \($0.collection)" }.joined(separator: ", ")
        var text =
            "exported \(total) \(total == 1 ? "pattern" : "patterns")\(parts.isEmpty ? "" : " (\(parts))"), \(bytes) bytes"
        if held > 0 { text += "; the guard kept \(held) here" }
        if unreadable > 0 {
            text += "; \(unreadable) cannot be read, which 'tributary-spoke push' lists"
        }
        return text
    }

    fileprivate func json(_ file: String) -> JSONValue {
        .object([
            .init("file", .string(file)), .init("bytes", .integer(bytes)), .init("held", .integer(held)),
            .init("unreadable", .integer(unreadable)),
            .init("collections", .object(entries.map { .init($0.collection.text, .integer($0.set.count)) })),
        ])
    }
}
