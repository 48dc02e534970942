import ArgumentParser
import Federation
import Glibc
import Presentation
import SpokeAgent

/// The program that keeps one machine's patterns and a hub in step.
@main
struct TributarySpoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary-spoke",
        abstract: "Shares what this machine's agents learned, and brings home what the others learned.",
        discussion: """
            EXAMPLES
              tributary-spoke sync --hub https://hub.example:8092 \\
                --node alice --token-file alice.token --state state \\
                --source jsonl:patterns --sink jsonl:learned
              tributary-spoke list skills-patterns --state state

            'run' in place of 'sync' goes on until it is stopped. 'preview' shows what
            would leave this machine, and sends nothing. 'status', 'list' and 'get' read
            what was learned, without the hub; 'why' asks it about one pattern.
            'export' and 'import' carry patterns in files.
            What options say, a file can say once and for all: see 'config'. 'doctor'
            looks at everything a spoke needs.

            EXIT CODES
              0 done   1 failed   2 usage   3 some items refused or unreadable
              4 not authorised   5 hub unreachable   7 hub overloaded
              8 configuration   9 integrity
            """,
        version: ProductVersion.text,
        subcommands: [
            EnrollCommand.self, SyncCommand.self, RunCommand.self, PreviewCommand.self, PushCommand.self,
            PullCommand.self, StatusCommand.self, DoctorCommand.self, ListCommand.self, GetCommand.self,
            WhyCommand.self, ExportCommand.self, ImportCommand.self, ConfigCommand.self, GuardCommand.self,
            RebuildCommand.self,
        ]
    )

    /// What the parser ends a program with where the command line is wrong.
    private static let parserUsageCode: Int32 = 64

    /// Runs the command that the arguments name, and ends the program with the status that scripts rely on.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let code as ExitCode {
            Glibc.exit(code.rawValue)
        } catch {
            let console = Console(isQuiet: false)
            switch exitCode(for: error).rawValue {
            case 0:
                console.result(fullMessage(for: error))
                Glibc.exit(ExitStatus.ok.rawValue)
            case parserUsageCode:
                let message = fullMessage(for: error)
                console.complain(message)
                if !message.contains("Did you mean") { for slip in slips() { console.complain(slip) } }
                Glibc.exit(ExitStatus.usage.rawValue)
            default:
                console.complain("error: \(error)")
                if StateFolder.suspect(after: error) {
                    console.complain("The next 'sync', or the next start of 'run', does that by itself.")
                }
                Glibc.exit(ExitStatus(error).rawValue)
            }
        }
    }

    /// What somebody may have meant by words of the command line that this program does not know.
    private static func slips() -> [String] {
        var words = CommandLine.arguments.dropFirst()
        var command: any ParsableCommand.Type = TributarySpoke.self
        var path = "tributary-spoke"
        while !command.configuration.subcommands.isEmpty, let word = words.first {
            let commands = command.configuration.subcommands
            guard let next = commands.first(where: { $0.configuration.commandName == word }) else {
                let names = commands.compactMap { $0.configuration.commandName }
                guard !word.hasPrefix("-"), let nearest = Suggestion.nearest(to: word, among: names) else { return [] }
                return ["Did you mean '\(path) \(nearest)'?"]
            }
            command = next
            path += " \(word)"
            words = words.dropFirst()
        }
        guard command != TributarySpoke.self else { return [] }
        // The help names every option there is.
        let help = helpMessage(for: command, columns: 10_000)
        let options = help.split(whereSeparator: { " \n,[]=".contains($0) }).map(String.init).filter {
            $0.hasPrefix("--")
        }
        return words.filter { $0.hasPrefix("--") }.compactMap { word in
            let name = String(word.prefix { $0 != "=" })
            guard !options.contains(name), let nearest = Suggestion.nearest(to: name, among: options) else {
                return nil
            }
            return "Did you mean '\(nearest)' where you wrote '\(name)'?"
        }
    }
}
