import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// How collections decide.
struct CollectionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collection",
        abstract: "List collections and set how they decide, also while the hub is serving.",
        discussion: """
            EXAMPLES
              tributary-hub collection list --data-dir /var/lib/tributary
              tributary-hub collection show skills-patterns --data-dir /var/lib/tributary
              tributary-hub collection set skills-patterns --strategy latest \\
                --threshold 0.7 --data-dir /var/lib/tributary
              tributary-hub collection set skills-patterns --strategy merge \\
                --merge examples=union:20 --merge usage_count=sum \\
                --data-dir /var/lib/tributary

            `tributary-hub simulate` shows beforehand what another policy would change.
            """,
        subcommands: [List.self, Show.self, Set.self]
    )

    /// Lists collections.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all collections with their policy.",
            usage: "tributary-hub collection list [<options>]",
            discussion: "EXAMPLE\n  tributary-hub collection list --data-dir /var/lib/tributary"
        )

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let collections = try await state.withStore { try await $0.collections() }
            if json {
                print(JSONValue.object([.init("collections", .array(collections.map(\.json)))]).text)
                return
            }
            guard !collections.isEmpty else {
                Talk.note("there is no collection yet; \(state.command("collection", "set", "NAME")) makes one")
                return
            }
            var table = TextTable(
                ["COLLECTION", "STRATEGY", "THRESHOLD", "VALUE RULE", "WINNERS", "CONTRIBUTIONS"],
                numbers: 4..<6
            )
            for collection in collections {
                table.append([
                    collection.policy.collection.text, collection.policy.strategy.rawValue,
                    "\(collection.policy.threshold)", collection.policy.valueRule.rawValue, "\(collection.winners)",
                    "\(collection.contributions)",
                ])
            }
            print(table.text)
        }
    }
}

extension CollectionSummary {
    fileprivate var json: JSONValue {
        [
            "collection": .string(policy.collection.text),
            "strategy": .string(policy.strategy.rawValue),
            "threshold": .number(policy.threshold),
            "value_rule": .string(policy.valueRule.rawValue),
            "winners": .integer(winners),
            "contributions": .integer(contributions),
        ]
    }
}
