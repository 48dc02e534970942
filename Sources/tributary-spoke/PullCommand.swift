import ArgumentParser
import SpokeAgent

/// The second half of a round.
struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Pulls what is new at the hub, and ends.",
        discussion: """
            EXAMPLE
              tributary-spoke pull --hub https://hub.example:8092 \\
                --node alice --token-file alice.token --state state \\
                --sink jsonl:learned
            """
    )

    @OptionGroup var options: HubOptions
    @OptionGroup var sinks: SinkOptions

    func run() throws {
        try SingleRound.run(.pull, options, nil, sinks)
    }
}
