import ArgumentParser
import JSON
import Presentation
import SpokeAgent

/// What the state holds.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells what is offered, pending, refused and held, without asking the hub.",
        discussion: """
            EXAMPLE
              tributary-spoke status --state state
            """
    )

    @OptionGroup var store: StoreOptions

    func run() throws {
        let report = try StateReport(try store.folder().openExisting())
        Console(isQuiet: false).result(store.json ? report.json.text : report.text)
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
