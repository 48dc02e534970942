import ArgumentParser
import Federation
import HubService
import HubStore
import Presentation

extension CollectionCommand {
    /// Sets a policy.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set how a collection decides, making it where there is none, and decide all its patterns anew.",
            usage: "tributary-hub collection set <name> [<options>]",
            discussion: """
                EXAMPLES
                  tributary-hub collection set skills-patterns --threshold 0.7 \\
                    --strategy highest-value --data-dir /var/lib/tributary
                  tributary-hub collection set skills-patterns --strategy merge \\
                    --merge examples=union:20 --merge usage_count=sum \\
                    --data-dir /var/lib/tributary

                STRATEGIES
                  highest-value  the contribution of the highest value is served
                  latest         the newest one is served
                  merge          one made of all: lists united (union), counts added (sum),
                                 every other field from the one of the highest value (best)
                  manual         where contents differ, a person decides; see
                                 `tributary-hub conflict`

                What is not given stays as it is. All patterns are decided anew, some at a
                time, and it is told how many winners changed. What is interrupted the hub
                finishes; `tributary-hub collection show` tells whether it has.
                """
        )

        @Argument(help: "The collection's name.", transform: Given.collection)
        var name: CollectionName

        @OptionGroup var policy: PolicyOptions
        @OptionGroup var state: StateOptions

        func run() async throws {
            let (name, change) = (name, policy.change)
            let (policy, changed) = try await state.withStore(creating: Talk.newHub) { store in
                let made = try await store.makeCollection(
                    name,
                    strategy: change.strategy ?? .highestValue,
                    threshold: change.threshold ?? 0.7,
                    now: Live.now()
                )
                if made { try await store.tellOfMaking(name) }
                let number = try await store.winnersNumber(of: name)
                let policy = try await store.setPolicy(
                    of: name,
                    strategy: change.strategy,
                    threshold: change.threshold,
                    mergeRules: try change.mergeRules(over: try await store.policy(of: name)),
                    now: Live.now()
                )
                guard try await store.unsettledCollections().contains(name) else { return (policy, nil as Int64?) }
                defer { Talk.endProgress() }
                try await store.settle(name, now: Live.now) {
                    Talk.progress("decided \(count($0, "pattern")) anew")
                }
                // Counted in the feed: a hub that serves meanwhile decides the same patterns, too.
                return (policy, try await store.winnersChanged(in: name, after: number))
            }
            print("\(name): strategy \(policy.strategy.rawValue), threshold \(policy.threshold)")
            if policy.strategy == .merge { print("merged fields: \(policy.mergeRules.words)") }
            if let changed {
                print("all patterns are decided so: \(changed == 0 ? "no winner" : count(changed, "winner")) changed")
            }
            tellOfConsequences(policy, change)
        }

        private func tellOfConsequences(_ policy: CollectionPolicy, _ change: PolicyChange) {
            if change.changesMerging, policy.strategy != .merge {
                Talk.note("the rules for merging are kept, and used once the strategy is merge")
            }
            guard policy.strategy == .manual else { return }
            let list = state.command("conflict", "list", "--collection", name.text)
            Talk.note("where contents differ, a person decides from now on; what waits for one is shown by\n  \(list)")
        }
    }
}

extension Store {
    /// Says that a collection was made: its name may be misspelt.
    fileprivate func tellOfMaking(_ name: CollectionName) async throws {
        let others = try await collections().map(\.policy.collection.text).filter { $0 != name.text }
        let guess = Suggestion.nearest(to: name.text, among: others).map { " beside '\($0)'" } ?? ""
        Talk.note("made collection '\(name)'\(guess)")
    }
}

extension MergeRules {
    /// The rules in one line.
    fileprivate var words: String {
        let rules = fields.map { "\($0) \(rule(for: $0).text)" }
        return rules.isEmpty ? "none, so the best contribution is served" : rules.joined(separator: ", ")
    }
}
