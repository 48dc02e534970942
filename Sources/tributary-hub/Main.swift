import ArgumentParser
import CLibMalloc
import Federation
import Glibc
import HubService
import HubStore

/// The program: parses, runs, and turns every failure into a message and an exit code.
@main
enum Main {
    /// glibc gives every thread an arena of its own, and memory freed in one is not used in another; two are enough here.
    private static let arenas: Int32 = 2

    static func main() async {
        mallopt(M_ARENA_MAX, arenas)
        do {
            var command = try TributaryHub.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(report(error))
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        let parserCode = TributaryHub.exitCode(for: error)
        if parserCode == .success || parserCode == .validationFailure, !(error is ValidationError) {
            let message = TributaryHub.fullMessage(for: error)
            guard parserCode == .success else {
                Talk.note(message)
                return HubExit.usage.rawValue
            }
            print(message)
            return HubExit.success.rawValue
        }
        if let code = error as? ExitCode { return code.rawValue }
        if error is ValidationError {
            Talk.note("tributary-hub: \(error); add --help to the command to see what it takes")
            return HubExit.usage.rawValue
        }
        Talk.note("tributary-hub: \(error)")
        return HubExit(error).rawValue
    }
}

/// What an exit code says; the same codes as the spoke's.
enum HubExit: Int32 {
    case success = 0
    case failure = 1
    case usage = 2
    case unreachable = 5
    case conflict = 6
    case configuration = 8
    case integrity = 9

    init(_ error: any Error) {
        self =
            switch error {
            case is HubStartError: .configuration
            case StoreError.nodeExists: .conflict
            case StoreError.schema, StoreError.corrupt: .integrity
            case is StoreError: .failure
            default: DatabaseFailure(error) == nil ? .failure : .unreachable
            }
    }
}

/// The hub of a Tributary federation.
struct TributaryHub: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary-hub",
        abstract: "Keep what many machines' coding agents learned, decide per pattern, and hand the winners back.",
        discussion: """
            EXAMPLES
              tributary-hub serve --data-dir /var/lib/tributary
              tributary-hub node add alice --data-dir /var/lib/tributary > alice.token
              tributary-hub collection set skills-patterns --strategy latest \
                --data-dir /var/lib/tributary

            EXIT CODES
              0 done   1 failed   2 usage   5 database unreachable   6 conflict
              8 configuration   9 integrity
            """,
        version: HubVersion.text,
        subcommands: [
            Serve.self, NodeCommand.self, CollectionCommand.self, Decisions.self, Quarantine.self, Epoch.self,
        ]
    )
}

/// Where the hub's state is; the same options for every command.
struct StateOptions: ParsableArguments {
    @Option(name: .customLong("data-dir"), help: "The hub's data directory.", completion: .directory)
    var dataDirectory: String?

    @Option(name: .customLong("database-url"), help: "Use this PostgreSQL instead of the embedded one.")
    var databaseURL: String?

    @Option(
        name: .customLong("database-account"),
        help: "The account that runs the embedded database when started as root (default: postgres, else nobody)."
    )
    var databaseAccount: String?

    /// Access to the hub's state.
    var access: HubAccess {
        HubAccess(dataDirectory: dataDirectory, databaseURL: databaseURL, databaseAccount: databaseAccount)
    }
}
