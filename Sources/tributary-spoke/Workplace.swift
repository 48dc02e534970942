import ArgumentParser
import Federation
import JSON
import Replication
import SpokeAgent

/// Everything a command needs to work with a hub, opened in order and closed when it goes.
struct Workplace {
    let console: Console
    let configuration: SpokeConfiguration
    let hub: HubSettings
    let folder: StateFolder
    let client: HubClient
    let agent: SpokeAgent
    /// Keeps others from the state, where it is written to.
    private let lock: FolderLock?

    /// Opens the state and prepares the connection; says what is worth a warning.
    ///
    /// Throws `SpokeError`, `ReplicationError`, and what the state's file leads to.
    ///
    /// A command without options for sources or sinks has none, whatever is set elsewhere.
    init(_ configuration: SpokeConfiguration, _ options: HubOptions, _ sources: SourceOptions?, _ sinks: SinkOptions?)
        throws
    {
        let console = Console(isQuiet: options.quiet)
        let environment = SystemClock.environment
        let hub = try configuration.hubs()[0]
        let settings = try configuration.spokeSettings(
            reads: sources != nil,
            writes: sinks != nil,
            confirmsRetractions: sources?.confirmRetractions ?? false,
            home: PlaceOption.home
        )
        for warning in settings.warnings { console.complain("warning: \(warning)") }
        client = try hub.client(console, environment)
        folder = StateFolder(try configuration.state())
        lock = try folder.lock()
        let state = try folder.open(at: environment.now()) { console.complain("warning: \($0)") }
        if sources?.retryRefused == true { try state.releaseRefused() }
        agent = SpokeAgent(settings: settings, state: state, client: client) { console.progress($0) }
        self.console = console
        self.configuration = configuration
        self.hub = hub
    }

    /// Opens the state to be read beside a spoke that may be running; where there is none yet, an empty one.
    init(reading configuration: SpokeConfiguration, _ options: HubOptions) throws {
        let console = Console(isQuiet: options.quiet)
        let environment = SystemClock.environment
        let hub = try configuration.hubs()[0]
        let settings = try configuration.spokeSettings(reads: true, writes: false, home: PlaceOption.home)
        client = try hub.client(console, environment)
        folder = StateFolder(try configuration.state())
        lock = nil
        let state = folder.exists ? try folder.openExisting() : try StateFolder.inMemory()
        agent = SpokeAgent(settings: settings, state: state, client: client) { console.progress($0) }
        self.console = console
        self.configuration = configuration
        self.hub = hub
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
            let report = workplace.agent.round(kind)
            let status = report.status
            if options.json {
                workplace.console.result(report.json.text)
            } else if !options.quiet {
                workplace.console.result(report.text)
            } else if status != .ok {
                workplace.console.complain(report.text)
            }
            guard status == .ok else { throw ExitCode(status.rawValue) }
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
}
