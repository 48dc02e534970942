import ArgumentParser
import JSON
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
        let report = try StateReport(try StateFolder(store.state).openExisting())
        Console(isQuiet: false).result(store.json ? report.json.text : report.text)
    }
}

/// Where the state is that a command reads.
struct StoreOptions: ParsableArguments {
    @Option(help: "The folder with the spoke's state.")
    var state: String

    @Flag(help: "Print one JSON document.")
    var json = false
}
