import ArgumentParser
import Federation
import JSON
import Replication
import Snapshots
import SpokeAgent

/// Patterns from a file.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Learns from a file that a spoke, a hub or the predecessor exported, without the hub.",
        discussion: """
            EXAMPLES
              tributary-spoke import winners.json.gz --state state --dry-run
              tributary-spoke import winners.json.gz --state state --sink jsonl:learned
              tributary-spoke import --forget --state state

            What it brings is learned: it is listed and goes to the sinks beside what the
            hub serves, which stands before it, and it is never pushed as this node's own.
            Importing again changes nothing.

            The file is read to its end first; one that is cut off or was changed is
            refused whole, with the place (9), and so is what is no snapshot (2).
            """
    )

    @Argument(help: "The file, compressed or not; '-' is standard input.")
    var file: String?

    @Flag(help: "Show what it would bring, and change nothing.")
    var dryRun = false

    @Flag(help: "Forget everything that was ever imported.")
    var forget = false

    @OptionGroup var place: SnapshotOptions

    @Option(
        name: .customLong("sink"),
        help: ArgumentHelp(
            "Bring this sink up to date at once, as the next round does. May be repeated.",
            valueName: "kind:place"
        ),
        transform: PlaceOption.sink
    )
    var sinks: [any WinnerSink] = []

    func validate() throws {
        guard (file == nil) == forget else {
            throw ValidationError(forget ? "--forget takes no file." : "Give the file to import, or '-'.")
        }
        guard !forget || (!dryRun && place.collections.isEmpty) else {
            throw ValidationError("--forget takes neither --dry-run nor --collections; it forgets all of it.")
        }
    }

    func run() throws {
        SignalFlag.install()
        let console = Console(isQuiet: place.quiet)
        let environment = SystemClock.environment
        let configuration = try place.load(
            sinks.isEmpty ? [:] : [.sinks: .array(sinks.map { .string($0.argument) })]
        )
        let folder = StateFolder(try configuration.state())
        let state =
            dryRun && !folder.exists
            ? try StateFolder.inMemory()
            : try folder.openBeside(at: environment.now()) { console.complain("warning: \($0)") }
        let opened = sinks.isEmpty ? [] : try configuration.openSinks(home: PlaceOption.home)
        try SpokeSettings.keepApart(opened, from: try configuration.openSources(home: PlaceOption.home))
        var status = ExitStatus.ok
        if let file {
            let take = SnapshotImport(
                into: state,
                collections: place.collections,
                contentGuard: try configuration.contentGuard(),
                shouldStop: environment.shouldStop,
                progress: console.progress
            )
            let report = try take.run(try SnapshotInput(file, isReadTwice: false), isRehearsal: dryRun)
            status = report.status
            if place.json {
                console.result(report.json.text)
            } else if !place.quiet || status != .ok {
                console.result(report.text)
            }
        } else {
            let count = try state.forgetImported()
            if place.json {
                console.result(JSONValue.object([.init("forgotten", .integer(count))]).text)
            } else {
                console.say("forgot \(count) imported \(count == 1 ? "pattern" : "patterns")")
            }
        }
        if !dryRun, !sinks.isEmpty {
            try update(opened, from: state, in: folder, console)
        }
        if status != .ok { throw ExitCode(status.rawValue) }
    }

    /// Brings `sinks` up to what `state` holds; a spoke at work on the same state does that itself.
    private func update(
        _ sinks: [any WinnerSink],
        from state: SpokeState,
        in folder: StateFolder,
        _ console: Console
    ) throws {
        guard let lock = try? folder.lock() else {
            console.complain("a tributary-spoke is working with \(folder.path); it brings its own sinks up to date")
            return
        }
        defer { withExtendedLifetime(lock) {} }
        for sink in sinks {
            for collection in try state.collections() {
                for finding in try sink.update(collection, from: state).findings { console.complain(finding) }
            }
        }
    }
}
