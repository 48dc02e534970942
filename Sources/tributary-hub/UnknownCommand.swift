import ArgumentParser
import Presentation

/// A word in the place of a command that is none.
///
/// The parser would blame the options behind it, which are right.
enum UnknownCommand {
    /// What to say about `arguments`; `nil` where every command in them is one.
    static func message(for arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = TributaryHub.self
        var path = ["tributary-hub"]
        for word in arguments {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-") else { return nil }
            guard let next = known.first(where: { names(of: $0).contains(word) }) else {
                return message(word, path, known.flatMap(names))
            }
            command = next
            path.append(word)
        }
        return nil
    }

    private static func message(_ word: String, _ path: [String], _ known: [String]) -> String {
        let guess = Suggestion.nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ";"
        let place = path.joined(separator: " ")
        return "tributary-hub: there is no command '\(place) \(word)'\(guess) "
            + "`\(place) --help` shows all: \(known.joined(separator: ", "))"
    }

    private static func names(of command: any ParsableCommand.Type) -> [String] {
        let configuration = command.configuration
        return [configuration.commandName ?? "\(command)".lowercased()] + configuration.aliases
    }
}
