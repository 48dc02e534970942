import ArgumentParser
import Glibc
import JSON
import Settings
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

    @Option(
        help: ArgumentHelp(
            "Seconds between rounds, a quarter more or less; \(SyncInterval.standard.seconds) where nothing sets them.",
            valueName: "seconds"
        )
    )
    var syncInterval: Int?

    func validate() throws {
        guard let syncInterval else { return }
        _ = try validated { () throws(InvalidSetting) in try SettingText.syncInterval(Int64(syncInterval)) }
    }

    func run() throws {
        SignalFlag.install()
        let configuration = try options.load(
            sources,
            sinks,
            syncInterval.map { [.syncInterval: .integer(Int64($0))] } ?? [:]
        )
        let interval = configuration.syncInterval
        let workplace = try Workplace(configuration, options, sources, sinks)
        let console = workplace.console
        let hub = workplace.hub
        console.say(
            "\(SystemClock.now()) started: \(hub.node) at \(hub.endpoint), every \(interval.seconds) s"
        )
        let loop = SyncLoop(agent: workplace.agent, client: workplace.client, interval: interval) { line in
            console.say("\(SystemClock.now()) \(line)")
        }
        let startedAt = SystemClock.now()
        loop.dueChanged = { due in
            RunFile(process: getpid(), startedAt: startedAt, dueAt: due).write(to: workplace.folder)
        }
        defer { RunFile.remove(from: workplace.folder) }
        try loop.run()
        console.say("\(SystemClock.now()) stopped on request; the next start takes up where this one ended")
    }
}
