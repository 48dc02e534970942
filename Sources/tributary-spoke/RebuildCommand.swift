import ArgumentParser
import Federation
import Replication
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
            the hub, and what hub and sources do not tell again is kept. Where no hub
            answers, nothing is forgotten.
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
        try requireHub(configuration)
        // A damaged file is moved aside here, and a new one takes its place.
        try folder.open(at: SystemClock.now()) { Console(isQuiet: false).complain("warning: \($0)") }.forgetDerived()
        folder.forgetFurther()
        let workplace = try Workplace(configuration, options, sources, sinks, held: lock)
        let report = try workplace.hubs.round(.sync, in: workplace.environment)
        try SingleRound.end(with: report, workplace.console, options)
    }

    /// Throws where no hub answers, before anything is forgotten that only a hub tells again.
    private func requireHub(_ configuration: SpokeConfiguration) throws {
        let clients = HubClients(console: Console(isQuiet: options.quiet), environment: SystemClock.environment)
        let hubs = try configuration.hubs()
        for hub in hubs.dropLast() where (try? clients.client(hub).manifest(unless: nil)) != nil { return }
        _ = try clients.client(hubs[hubs.count - 1]).manifest(unless: nil)
    }
}
