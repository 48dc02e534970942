import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension CollectionCommand {
    /// Shows one collection.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how a collection decides, and how it decided before.",
            usage: "tributary-hub collection show <name> [<options>]",
            discussion: "EXAMPLE\n  tributary-hub collection show skills-patterns --data-dir /var/lib/tributary"
        )

        @Argument(help: "The collection's name.", transform: Given.collection)
        var name: CollectionName

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let name = name
            let (summary, history) = try await state.withStore { store in
                guard let summary = try await store.collections().first(where: { $0.policy.collection == name }) else {
                    throw StoreError.collectionUnknown(name)
                }
                let history = try await store.policies(of: name)
                return (summary, history.map { PastPolicy(policy: $0.policy, since: $0.since) })
            }
            print(json ? summary.document(history).text : summary.text(history))
        }
    }
}

/// A policy with the time from which it held.
private struct PastPolicy: Sendable {
    var policy: CollectionPolicy
    var since: Timestamp
}

extension CollectionSummary {
    fileprivate func document(_ history: [PastPolicy]) -> JSONValue {
        .object(
            [.init("collection", .string(policy.collection.text))] + policy.members
                + [
                    .init("winners", .integer(winners)),
                    .init("contributions", .integer(contributions)),
                    .init("settled", .boolean(isSettled)),
                    .init(
                        "history",
                        .array(
                            history.map { entry in
                                .object([.init("since", .string(entry.since.description))] + entry.policy.members)
                            }
                        )
                    ),
                ]
        )
    }

    fileprivate func text(_ history: [PastPolicy]) -> String {
        var facts = TextTable(["COLLECTION", policy.collection.text])
        facts.append(["strategy", policy.strategy.rawValue])
        facts.append(["threshold", "\(policy.threshold)"])
        facts.append(["value rule", policy.valueRule.rawValue])
        facts.append(["winners", "\(winners)"])
        facts.append(["contributions", "\(contributions)"])
        facts.append(["decided so", isSettled ? "all patterns" : "not all patterns yet; the hub goes on"])
        var rules = TextTable(["FIELD", policy.strategy == .merge ? "MERGED BY" : "MERGED BY, WERE THE STRATEGY MERGE"])
        for field in policy.mergeRules.fields { rules.append([field, policy.mergeRules.rule(for: field).text]) }
        rules.append([rules.isEmpty ? "all" : "all others", MergeRule.best.text])
        var past = TextTable(["SINCE", "STRATEGY", "THRESHOLD", "MERGE RULES", "REVISION"])
        for entry in history {
            past.append([
                entry.since.short, entry.policy.strategy.rawValue, "\(entry.policy.threshold)",
                entry.policy.mergeRules.words(comparedTo: policy.mergeRules),
                "\(entry.policy.revision)",
            ])
        }
        return "\(facts.text)\n\n\(rules.text)\n\n\(past.text)"
    }
}

extension MergeRules {
    /// The rules that are not those of `other`.
    fileprivate func words(comparedTo other: MergeRules) -> String {
        let all = fields + other.fields.filter { !fields.contains($0) }
        let changed = all.filter { rule(for: $0) != other.rule(for: $0) }
        return changed.isEmpty ? "as now" : changed.map { "\($0) \(rule(for: $0).text)" }.joined(separator: ", ")
    }
}
