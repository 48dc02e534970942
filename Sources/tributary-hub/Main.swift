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
                Talk.note(UnknownCommand.message(for: Array(CommandLine.arguments.dropFirst())) ?? message)
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
        Talk.note("tributary-hub: \(words(error))")
        return HubExit(error).rawValue
    }

    private static func words(_ error: any Error) -> String {
        guard let refusal = error as? Refusal else { return "\(error)" }
        return "\(refusal.detail) (\(refusal.code.rawValue))"
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
              tributary-hub collection set skills-patterns --strategy merge \\
                --data-dir /var/lib/tributary
              tributary-hub why skills-patterns skill-123 --data-dir /var/lib/tributary

            EXIT CODES
              0 done   1 failed or not found   2 usage   3 items were refused
              5 database unreachable   6 conflict   8 configuration   9 integrity
            """,
        version: ProductVersion.text,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Serving",
                subcommands: [Serve.self, NodeCommand.self, JoinTokenCommand.self, UpstreamCommand.self, Epoch.self]
            ),
            CommandGroup(
                name: "Carrying",
                subcommands: [ExportCommand.self, ImportCommand.self]
            ),
            CommandGroup(
                name: "Deciding",
                subcommands: [
                    CollectionCommand.self, SimulateCommand.self, ConflictCommand.self, RetractionCommand.self,
                ]
            ),
            CommandGroup(
                name: "Understanding",
                subcommands: [WhyCommand.self, Decisions.self, QuarantineCommand.self, VerifyCommand.self]
            ),
        ]
    )
}
