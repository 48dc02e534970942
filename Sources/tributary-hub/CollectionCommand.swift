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
              tributary-hub collection set skills-patterns --strategy latest \
                --threshold 0.7 --data-dir /var/lib/tributary
            """,
        subcommands: [List.self, Set.self]
    )

    /// Lists collections.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all collections with their policy.",
            discussion: "EXAMPLE\n  tributary-hub collection list --data-dir /var/lib/tributary"
        )

        @OptionGroup var state: StateOptions
        @Flag(help: "Print one JSON document.") var json = false

        func run() async throws {
            let collections = try await state.access.withStore { try await $0.collections() }
            if json {
                print(JSONValue.object([.init("collections", .array(collections.map(\.json)))]).text)
                return
            }
            var table = TextTable(["COLLECTION", "STRATEGY", "THRESHOLD", "VALUE RULE", "WINNERS", "CONTRIBUTIONS"])
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

    /// Sets a policy.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set how a collection decides, making it where there is none, and decide all its patterns anew.",
            discussion: """
                EXAMPLE
                  tributary-hub collection set skills-patterns --strategy highest-value --threshold 0.7 \\
                    --data-dir /var/lib/tributary
                """
        )

        @Argument(help: "The collection's name.")
        var name: String

        @Option(help: "latest or highest-value.")
        var strategy: ConflictStrategy?

        @Option(help: "Contributions of at least this value can win; 0 to 1.")
        var threshold: Double?

        @OptionGroup var state: StateOptions

        func run() async throws {
            guard let collection = CollectionName(name) else {
                throw ValidationError("'\(name)' is no collection name: [a-z0-9][a-z0-9._-]{0,63}")
            }
            if let threshold, !(0...1).contains(threshold) {
                throw ValidationError("--threshold \(threshold) is not between 0 and 1")
            }
            let (strategy, threshold) = (strategy, threshold)
            let policy = try await state.access.withStore(creating: Talk.newHub) { store in
                let made = try await store.makeCollection(
                    collection,
                    strategy: strategy ?? .highestValue,
                    threshold: threshold ?? 0.7,
                    now: Live.now()
                )
                if made { Talk.note("made collection '\(collection)'") }
                let policy = try await store.setPolicy(
                    of: collection,
                    strategy: strategy,
                    threshold: threshold,
                    now: Live.now()
                )
                if try await store.unsettledCollections().contains(collection) {
                    try await store.settle(collection, now: Live.now) { Talk.progress("decided \($0) patterns anew") }
                    Talk.endProgress()
                }
                return policy
            }
            print("\(collection): strategy \(policy.strategy.rawValue), threshold \(policy.threshold)")
        }
    }
}

extension ConflictStrategy: ExpressibleByArgument {}

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
