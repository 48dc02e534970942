import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// What another policy would do.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Show what another policy would change, without changing anything.",
        usage: "tributary-hub simulate --collection <collection> [<options>]",
        discussion: """
            EXAMPLES
              tributary-hub simulate --collection skills-patterns --strategy merge \\
                --data-dir /var/lib/tributary
              tributary-hub simulate --collection skills-patterns --threshold 0.8 \\
                --limit 1000 --json --data-dir /var/lib/tributary

            Every pattern is decided under both policies. What is not given stays as it
            is. All changes are counted, the first --limit are listed.
            """
    )

    @Option(help: "The collection.", transform: Given.collection)
    var collection: CollectionName

    @OptionGroup var policy: PolicyOptions

    @Option(help: "The greatest number of changes listed.", transform: Given.limit)
    var limit: Int64 = 50

    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var state: StateOptions

    func validate() throws {
        guard policy.change.changesSomething else {
            throw ValidationError("give what is to be different: --strategy, --threshold, --merge or --merge-defaults")
        }
    }

    func run() async throws {
        let (collection, change, limit) = (collection, policy.change, limit)
        let simulation = try await state.withStore { store in
            let rules = try change.mergeRules(over: try await store.policy(of: collection))
            defer { Talk.endProgress() }
            return try await store.simulate(
                collection,
                strategy: change.strategy,
                threshold: change.threshold,
                mergeRules: rules,
                limit: Int(limit)
            ) { Talk.progress("\(count($0, "pattern")) decided under both policies") }
        }
        if json {
            print(simulation.json.text)
            return
        }
        print(simulation.summary)
        var table = TextTable(["CHANGE", "PATTERN", "WAS", "BECOMES"])
        for change in simulation.changes {
            table.append([change.kind.rawValue, change.id.description, change.words.was, change.words.becomes])
        }
        if !table.isEmpty { print("\n\(table.text)") }
        let more = simulation.gained + simulation.lost + simulation.changed - Int64(simulation.changes.count)
        if more > 0 { print("and \(count(more, "more change", "more changes")); --limit lists them") }
        let command = state.command("collection", "set", collection.text, change.words)
        print("\nNothing was changed. To do it:\n  \(command)")
    }
}

extension Simulation {
    fileprivate var summary: String {
        var text = "\(from.collection): \(count(patterns, "pattern")) under \(to.words), instead of \(from.words)\n"
        text += "gained \(gained), lost \(lost), changed \(changed), unchanged \(unchanged)"
        if conflicts > 0 {
            text += "; \(conflicts == 1 ? "1 conflict waits" : "\(conflicts) conflicts wait") for a person then"
        }
        return text
    }
}

extension CollectionPolicy {
    fileprivate var words: String { "\(strategy.rawValue), threshold \(threshold)" }
}
