import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// Everything the hub knows about one pattern.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell why a pattern is served as it is, or is not.",
        usage: "tributary-hub why <collection> <id> [--at <time>] [<options>]",
        discussion: """
            EXAMPLES
              tributary-hub why skills-patterns skill-123 --data-dir /var/lib/tributary
              tributary-hub why skills-patterns skill-123 --at 2026-11-21T08:30:00Z \\
                --data-dir /var/lib/tributary

            It tells whose version won and by how much, what would change that, who said
            what, what was decided or refused, and what can be done. With --json the
            document holds everything that the decision was made from.
            """
    )

    @OptionGroup var pattern: PatternArguments

    @Option(
        help: ArgumentHelp("As it was then, such as 2026-11-21T08:30:00Z.", valueName: "time"),
        transform: Given.time
    )
    var at: Timestamp?

    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var state: StateOptions

    func run() async throws {
        let (collection, id, time) = (pattern.collection, pattern.id, at)
        let (record, elsewhere) = try await state.withStore { store in
            let record = try await store.pattern(id, in: collection, at: time)
            return (record, record.isEmpty ? try await store.collections(knowing: id) : [])
        }
        let document = record.document { _ in true }
        print(json ? document.text : try explanation(document))
        guard record.isEmpty else { return }
        for other in elsewhere where other != collection {
            Talk.note("'\(id)' is known in \(other): \(state.command("why", other.text, ShellWord.of(id.description)))")
        }
        throw ExitCode(HubExit.failure.rawValue)
    }

    private func explanation(_ document: JSONValue) throws -> String {
        ExplanationText(try JSONDocument(parsing: document.bytes).root, hubOptions: state.options).text
    }
}

extension Store {
    /// Collections in which something was said or decided about `id`.
    fileprivate func collections(knowing id: PatternID) async throws -> [CollectionName] {
        var found: [CollectionName] = []
        for collection in try await collections().map(\.policy.collection)
        where try await !pattern(id, in: collection).isEmpty {
            found.append(collection)
        }
        return found
    }
}
