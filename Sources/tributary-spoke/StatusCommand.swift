import ArgumentParser
import JSON
import Presentation
import SpokeAgent

/// What the state holds.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells what is in step, what is behind, and what was refused or held back and why.",
        discussion: """
            EXAMPLE
              tributary-spoke status

            It asks no hub: what is behind is told as of the last time the hub was asked.
            Where a source is set, it also tells whether it has changed since it was read.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() throws {
        let configuration = try store.settings.load(store.given)
        let folder = StateFolder(try configuration.state())
        // Without a hub there are no settings, but still a state to tell of.
        let settings = try? configuration.spokeSettings(reads: true, writes: false, home: PlaceOption.home)
        let report = try StateReport(
            try folder.openExisting(),
            further: try folder.furtherStates(),
            settings: settings,
            run: RunFile(folder)
        )
        Console(isQuiet: false).result(store.json ? report.json.text : report.text(at: SystemClock.now()))
    }
}

/// Where the state is that a command reads.
struct StoreOptions: ParsableArguments {
    @OptionGroup var settings: ConfigurationOptions

    @Option(help: "The folder with the spoke's state.")
    var state: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    /// What is given of these.
    var given: [Setting: JSONValue] { state.map { [.state: .string($0)] } ?? [:] }

    /// The folder; throws a `SpokeError`.
    func folder() throws -> StateFolder {
        StateFolder(try settings.load(given).state())
    }

    /// The options that lead another command to the same state.
    var words: String {
        let config = settings.config.map { " --config \(ShellWord.of($0))" } ?? ""
        return config + (state.map { " --state \(ShellWord.of($0))" } ?? "")
    }
}
