import ArgumentParser
import Federation
import JSON
import Replication
import SpokeAgent

/// Everything a command needs to work with a hub, opened in order and closed when it goes.
struct Workplace {
    let console: Console
    let client: HubClient
    let agent: SpokeAgent
    /// Keeps others from the state, where it is written to.
    private let lock: FolderLock?

    /// Opens the state and prepares the connection; says what is worth a warning.
    ///
    /// Throws `SpokeError`, `ReplicationError`, and what the state's file leads to.
    init(_ options: HubOptions, _ sources: SourceOptions?, _ sinks: SinkOptions?) throws {
        let console = Console(isQuiet: options.quiet)
        let environment = SystemClock.environment
        let settings = try Workplace.settings(options, sources, sinks)
        client = try options.access.client(console, environment)
        let folder = StateFolder(options.state)
        lock = try folder.lock()
        let state = try folder.open(at: environment.now()) { console.complain("warning: \($0)") }
        if sources?.retryRefused == true { try state.releaseRefused() }
        agent = SpokeAgent(settings: settings, state: state, client: client) { console.progress($0) }
        self.console = console
    }

    /// Opens the state to be read beside a spoke that may be running; where there is none yet, an empty one.
    init(reading options: HubOptions, _ sources: SourceOptions) throws {
        let console = Console(isQuiet: options.quiet)
        let environment = SystemClock.environment
        let settings = try Workplace.settings(options, sources, nil)
        client = try options.access.client(console, environment)
        let folder = StateFolder(options.state)
        lock = nil
        let state = folder.exists ? try folder.openExisting() : try StateFolder.inMemory()
        agent = SpokeAgent(settings: settings, state: state, client: client) { console.progress($0) }
        self.console = console
    }

    private static func settings(
        _ options: HubOptions,
        _ sources: SourceOptions?,
        _ sinks: SinkOptions?
    ) throws -> SpokeSettings {
        try SpokeSettings(
            endpoint: options.access.hub,
            node: options.access.node,
            sources: sources?.sources ?? [],
            sinks: sinks?.sinks ?? [],
            collections: options.collections,
            keepsVectors: sinks?.vectors ?? false,
            confirmsRetractions: sources?.confirmRetractions ?? false
        )
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
            let workplace = try Workplace(options, sources, sinks)
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
