import ArgumentParser
import SpokeAgent

/// The first half of a round.
struct PushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Pushes what is new here, and ends.",
        discussion: """
            EXAMPLE
              tributary-spoke push --hub https://hub.example:8092 \\
                --node alice --token-file alice.token --state state \\
                --source jsonl:patterns
            """
    )

    @OptionGroup var options: HubOptions
    @OptionGroup var sources: SourceOptions

    func run() throws {
        try SingleRound.run(.push, options, sources)
    }
}
