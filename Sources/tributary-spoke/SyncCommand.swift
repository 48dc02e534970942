import ArgumentParser
import SpokeAgent

/// One round: push, pull, done.
struct SyncCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Pushes what is new here, pulls what is new there, and ends.",
        discussion: """
            EXAMPLE
              tributary-spoke sync --hub https://hub.example:8092 \\
                --node alice --token-file alice.token --state state \\
                --source jsonl:patterns --sink jsonl:learned

            Running it again is always safe, also after it was cut off.
            """
    )

    @OptionGroup var options: HubOptions
    @OptionGroup var sources: SourceOptions
    @OptionGroup var sinks: SinkOptions

    func run() throws {
        try SingleRound.run(.sync, options, sources, sinks)
    }
}
