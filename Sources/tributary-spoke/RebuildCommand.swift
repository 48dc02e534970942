import ArgumentParser
import Federation
import SpokeAgent

/// A new state from hub and sources.
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Forgets the state, makes it anew from hub and sources, and ends.",
        discussion: """
            EXAMPLE
              tributary-spoke rebuild --hub https://hub.example:8092 \\
                --node alice --token-file alice.token --state state \\
                --source jsonl:patterns --sink jsonl:learned

            Nothing is lost and nothing is said twice: what this node said is read from
            the hub, and what was imported from files is taken over. The state that was
            there is kept until the new one is whole.
            """
    )

    @OptionGroup var options: HubOptions
    @OptionGroup var sources: SourceOptions
    @OptionGroup var sinks: SinkOptions

    func run() throws {
        SignalFlag.install()
        let configuration = try options.load(sources, sinks)
        let folder = StateFolder(try configuration.state())
        let lock = try folder.lock()
        let aside = try folder.setAside(at: SystemClock.now())
        if let aside { try folder.carryImported(from: aside, at: SystemClock.now()) }
        let workplace = try Workplace(configuration, options, sources, sinks, held: lock)
        let report = try workplace.hubs.round(.sync, in: workplace.environment)
        if let aside {
            if report.failure == nil {
                folder.remove(aside)
            } else {
                workplace.console.complain(
                    "the state that was there is in \(folder.path)/\(aside) until you remove it; the new one fills in"
                        + " the next round"
                )
            }
        }
        try SingleRound.end(with: report, workplace.console, options)
    }
}
