import ArgumentParser
import Federation
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
            waits, longer each time, and goes on, or works with the next of several
            hubs. SIGHUP has it read its settings again and make a round at once;
            SIGTERM ends it.
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
        SignalFlag.install(reloads: true)
        let notifier = ServiceNotifier(
            environment: Surroundings.present.environment,
            elapsed: SystemClock.elapsed
        )
        var workplace = try open(notifier, nil)
        let console = workplace.console
        console.say("\(SystemClock.now()) started: \(RunCommand.words(for: workplace))")
        let startedAt = SystemClock.now()
        defer { RunFile.remove(from: workplace.folder) }
        // The state is open, which is all it takes: without a hub it works as well, later.
        notifier.ready()
        var isRoundAskedFor = false
        while true {
            let place = workplace
            let orders = orders(for: place, notifier, startedAt, isRoundAskedFor)
            let loop = SyncLoop(
                hubs: place.hubs,
                interval: place.configuration.syncInterval,
                environment: place.environment,
                orders: orders
            )
            guard try loop.run() == .reload else { break }
            notifier.reloading()
            do {
                workplace = try open(notifier, place)
                console.say("\(SystemClock.now()) settings read again: \(RunCommand.words(for: workplace))")
            } catch {
                console.complain(
                    "\(SystemClock.now()) the settings cannot be read again, so those before stay: \(error)"
                )
            }
            notifier.ready()
            isRoundAskedFor = true
        }
        notifier.stopping()
        console.say("\(SystemClock.now()) stopped on request; the next start takes up where this one ended")
    }

    /// Reads all settings and opens what they name; what `present` holds of the state folder is taken over.
    private func open(_ notifier: ServiceNotifier, _ present: Workplace?) throws -> Workplace {
        let configuration = try options.load(
            sources,
            sinks,
            syncInterval.map { [.syncInterval: .integer(Int64($0))] } ?? [:]
        )
        if let present, try configuration.state() != present.folder.path {
            throw SpokeError(
                .configuration,
                "the state folder is now \(try configuration.state()), and a running spoke keeps \(present.folder.path);"
                    + " start it anew"
            )
        }
        let place = try Workplace(configuration, options, sources, sinks, notifier: notifier, held: present?.lock)
        if let finding = PauseConditions(configuration.pause).finding() {
            place.console.complain("warning: \(finding.found); \(finding.fix)")
        }
        return place
    }

    private func orders(
        for place: Workplace,
        _ notifier: ServiceNotifier,
        _ startedAt: Timestamp,
        _ isRoundAskedFor: Bool
    ) -> LoopOrders {
        let conditions = PauseConditions(place.configuration.pause)
        return LoopOrders(
            log: { place.console.say("\(SystemClock.now()) \($0)") },
            status: { notifier.status($0) },
            standing: { standing in
                RunFile(
                    process: getpid(),
                    startedAt: startedAt,
                    dueAt: standing.dueAt,
                    hub: standing.hub,
                    pause: standing.pause
                ).write(to: place.folder)
            },
            wantsStop: SignalFlag.wantsStop,
            takeReload: SignalFlag.takeReload,
            pauseReason: conditions.settings.isAny ? { conditions.reason() } : { nil },
            isRoundAskedFor: isRoundAskedFor
        )
    }

    private static func words(for place: Workplace) -> String {
        let settings = place.agent.settings
        return "\(settings.node) at \(settings.endpoint), every \(place.configuration.syncInterval.seconds) s"
    }
}
