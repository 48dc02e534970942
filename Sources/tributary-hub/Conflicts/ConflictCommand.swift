import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// What a person has to decide.
struct ConflictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflict",
        abstract: "Show patterns whose contents wait for a person, and decide them.",
        discussion: """
            EXAMPLES
              tributary-hub conflict list --data-dir /var/lib/tributary
              tributary-hub conflict show skills-patterns skill-123 \\
                --data-dir /var/lib/tributary
              tributary-hub conflict resolve skills-patterns skill-123 --choose 1 \\
                --reason "tested on both systems" --data-dir /var/lib/tributary

            Conflicts arise in collections of the strategy manual; all others decide by
            themselves, as `tributary-hub decisions` shows.
            """,
        subcommands: [List.self, Show.self, Resolve.self]
    )

    /// Lists conflicts.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List patterns whose contents differ and wait for a person.",
            usage: "tributary-hub conflict list [<options>]",
            discussion: "EXAMPLE\n  tributary-hub conflict list --data-dir /var/lib/tributary"
        )

        @OptionGroup var list: ListOptions
        @OptionGroup var state: StateOptions

        func run() async throws {
            let (collection, limit) = (list.collection, list.limit)
            let conflicts = try await state.withStore { try await $0.conflicts(in: collection, limit: limit) }
            if list.json {
                print(JSONValue.object([.init("conflicts", .array(conflicts.map(\.json)))]).text)
                return
            }
            guard let first = conflicts.first else {
                Talk.note("no conflict waits for a person")
                return
            }
            var table = TextTable(["COLLECTION", "PATTERN", "CONTENTS", "NODES", "SERVED MEANWHILE", "SINCE"])
            for conflict in conflicts {
                table.append([
                    conflict.collection.text, conflict.id.description, "\(conflict.contents)",
                    "\(conflict.contributors)", conflict.servedWords, conflict.since.short,
                ])
            }
            print(table.text)
            if let remark = list.remark(on: conflicts.count) { print(remark) }
            let words = ["show", first.collection.text, ShellWord.of(first.id.description)]
            print("\nNext: compare the contents of one:\n  \(state.command("conflict", words.joined(separator: " ")))")
        }
    }
}

extension OpenConflict {
    /// Whose content is served meanwhile.
    fileprivate var servedWords: String {
        if let writtenBy { return "what \(writtenBy) wrote" }
        return serving.map { "\($0.origin)'s" } ?? "nothing"
    }
}
