import ArgumentParser
import Egress
import JSON
import Presentation
import SpokeAgent

/// The guard: what it looks for, and what it would find.
struct GuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "Tells what the guard keeps from leaving this machine.",
        discussion: """
            EXAMPLES
              tributary-spoke guard rules
              tributary-spoke guard check patterns/skills-patterns.jsonl
              git diff | tributary-spoke guard check -
            """,
        subcommands: [GuardRulesCommand.self, GuardCheckCommand.self]
    )
}

/// The rules of the guard.
struct GuardRulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Lists what the guard looks for, and what becomes of it."
    )

    @OptionGroup var settings: ConfigurationOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let rules = try settings.load().contentGuard().egress.rules
        let console = Console(isQuiet: false)
        guard !json else {
            let list = rules.map { rule, outcome -> JSONValue in
                ["rule": .string(rule.id), "outcome": .string(outcome.rawValue), "what": .string(rule.what)]
            }
            console.result(JSONValue.array(list).text)
            return
        }
        var table = TextTable(["rule", "outcome", "what"])
        for (rule, outcome) in rules { table.append([rule.id, outcome.rawValue, rule.what]) }
        console.result(table.text)
    }
}

/// What the guard finds in a file.
struct GuardCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says what the guard would find in a file, by rule and line, and never what it is.",
        discussion: """
            A file *.jsonl is read as patterns, as a source reads them; anything else as
            one text. What is found is named with the entry that allows it; a short
            secret can be guessed from that, so keep the list as you keep the file.

            EXIT CODES
              0 nothing, or warnings alone   3 something would be held or redacted
            """
    )

    @Argument(help: "The file to look at, or - for what is piped in.")
    var file: String

    @OptionGroup var settings: ConfigurationOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let check = try GuardCheck(path: file, with: settings.load().contentGuard().egress)
        Console(isQuiet: false).result(json ? check.json.text : check.text)
        if check.hasFindings { throw ExitCode(ExitStatus.partial.rawValue) }
    }
}
