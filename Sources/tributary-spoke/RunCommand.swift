import ArgumentParser
import SpokeAgent

/// Rounds without end.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Keeps this machine and the hub in step until it is stopped.",
        discussion: """
            EXAMPLE
              tributary-spoke run --hub https://hub.example:8092 \\
                --node alice --token-file alice.token --state state \\
                --source jsonl:patterns --sink jsonl:learned

            What others share arrives within seconds. A changed source file is read
            within a minute, and all files at every interval. When the hub is away it
            waits, longer each time, and goes on; SIGTERM ends it.
            """
    )

    @OptionGroup var options: HubOptions
    @OptionGroup var sources: SourceOptions
    @OptionGroup var sinks: SinkOptions

    @Option(help: ArgumentHelp("Seconds between rounds, a quarter more or less.", valueName: "seconds"))
    var syncInterval = 3_600

    func validate() throws {
        guard SyncInterval(seconds: syncInterval) != nil else {
            throw ValidationError(
                "The interval is between \(SyncInterval.shortest) and \(SyncInterval.longest) seconds."
            )
        }
    }

    func run() throws {
        SignalFlag.install()
        guard let interval = SyncInterval(seconds: syncInterval) else { return }
        let workplace = try Workplace(options, sources, sinks)
        let console = workplace.console
        console.say(
            "\(SystemClock.now()) started: \(options.access.node) at \(options.access.hub), every \(syncInterval) s"
        )
        let loop = SyncLoop(agent: workplace.agent, client: workplace.client, interval: interval) { line in
            console.say("\(SystemClock.now()) \(line)")
        }
        try loop.run()
        console.say("\(SystemClock.now()) stopped on request; the next start takes up where this one ended")
    }
}
