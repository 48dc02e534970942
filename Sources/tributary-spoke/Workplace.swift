import ArgumentParser
import Federation
import JSON
import Replication
import SpokeAgent

/// Everything a command needs to work with its hubs, opened in order and closed when it goes.
struct Workplace {
    let console: Console
    let configuration: SpokeConfiguration
    let settings: SpokeSettings
    let folder: StateFolder
    let environment: RunEnvironment
    let hubs: HubSet
    /// Keeps others from the state, where it is written to.
    let lock: FolderLock?

    /// The agent of the hub in use.
    var agent: SpokeAgent { hubs.link.agent }

    /// Opens the state and prepares the connections; says what is worth a warning.
    ///
    /// `notifier` is told that the program gets on; `held` is the right to the state folder, where this process has it
    /// already. Throws `SpokeError`, `ReplicationError`, and what the state's file leads to.
    ///
    /// A command without options for sources or sinks has none, whatever is set elsewhere.
    init(
        _ configuration: SpokeConfiguration,
        _ options: HubOptions,
        _ sources: SourceOptions?,
        _ sinks: SinkOptions?,
        notifier: ServiceNotifier? = nil,
        held: FolderLock? = nil
    ) throws {
        let console = Console(isQuiet: options.quiet)
        let silence = notifier?.step ?? SystemClock.longestSilence
        environment = SystemClock.environment(longestSilence: silence) { notifier?.isAlive() }
        settings = try configuration.spokeSettings(
            reads: sources != nil,
            writes: sinks != nil,
            confirmsRetractions: sources?.confirmRetractions ?? false,
            home: PlaceOption.home
        )
        for warning in settings.warnings { console.complain("warning: \(warning)") }
        folder = StateFolder(try configuration.state())
        let (hubs, peers) = try configuration.allHubs()
        let clients = HubClients(console: console, environment: environment, longestSilence: silence)
        let connections = try (hubs + peers).map { try clients.client($0) }
        lock = try held ?? folder.lock()
        let states = try SpokeStates(folder, hubs: hubs, peers: peers, at: environment.now()) {
            console.complain("warning: \($0)")
        }
        if sources?.retryRefused == true, held == nil { try states.releaseRefused() }
        self.hubs = try states.hubSet(settings, hubs: hubs, peers: peers, clients: connections) {
            console.progress($0)
        }
        self.console = console
        self.configuration = configuration
    }

    /// Opens the states to look ahead, beside a spoke that may be running on them; nothing is written.
    init(rehearsing configuration: SpokeConfiguration, _ options: HubOptions, _ sources: SourceOptions) throws {
        let console = Console(isQuiet: options.quiet)
        environment = SystemClock.environment
        settings = try configuration.spokeSettings(
            reads: true,
            writes: false,
            confirmsRetractions: sources.confirmRetractions,
            home: PlaceOption.home
        )
        folder = StateFolder(try configuration.state())
        let (hubs, peers) = try configuration.allHubs()
        let clients = HubClients(console: console, environment: environment)
        let connections = try (hubs + peers).map { try clients.client($0) }
        let states = try SpokeStates(rehearsing: folder, hubs: hubs, peers: peers)
        if sources.retryRefused { try states.releaseRefused() }
        self.hubs = try states.hubSet(settings, hubs: hubs, peers: peers, clients: connections) {
            console.progress($0)
        }
        lock = nil
        self.console = console
        self.configuration = configuration
    }
}

/// One round, and its report.
enum SingleRound {
    /// Runs one round of `kind`, prints what it did, and ends the command with the status it leads to.
    static func run(
        _ kind: RoundReport.Kind,
        _ options: HubOptions,
        _ sources: SourceOptions? = nil,
        _ sinks: SinkOptions? = nil
    ) throws {
        SignalFlag.install()
        do {
            let configuration = try options.load(sources, sinks)
            if kind == .push { try configuration.requireSource() }
            let workplace = try Workplace(configuration, options, sources, sinks)
            try end(with: workplace.hubs.round(kind, in: workplace.environment), workplace.console, options)
        } catch let error as ExitCode {
            throw error
        } catch  where options.json {
            let status = ExitStatus(error)
            let document: JSONValue = [
                "command": .string(kind.rawValue), "status": .string(status.name),
                "exit_code": .integer(Int64(status.rawValue)), "error": .string("\(error)"),
            ]
            Console(isQuiet: false).result(document.text)
            throw ExitCode(status.rawValue)
        }
    }

    /// Prints `report` as `options` say, and ends the command with the status it leads to.
    static func end(with report: RoundReport, _ console: Console, _ options: HubOptions) throws {
        let status = report.status
        if options.json {
            console.result(report.json.text)
        } else if !options.quiet {
            console.result(report.text)
        } else if status != .ok {
            console.complain(report.text)
        }
        guard status == .ok else { throw ExitCode(status.rawValue) }
    }
}
