import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// Shows what was decided where nodes disagree.
struct Decisions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show patterns on which nodes disagree: who won, over whom, and what decided.",
        usage: "tributary-hub decisions [<options>]",
        discussion: """
            EXAMPLES
              tributary-hub decisions --data-dir /var/lib/tributary
              tributary-hub decisions --collection skills-patterns --limit 1000 \\
                --json --data-dir /var/lib/tributary
            """
    )

    @Option(help: "Only this collection.", transform: Given.collection)
    var collection: CollectionName?

    @Option(help: "The greatest number of patterns per collection.", transform: Given.limit)
    var limit: Int64 = 50

    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var state: StateOptions

    func run() async throws {
        let (limit, only) = (limit, collection)
        let found = try await state.withStore { store in
            var found: [(CollectionName, [ContestedPattern])] = []
            if let only { _ = try await store.policy(of: only) }
            for summary in try await store.collections() where only == nil || only == summary.policy.collection {
                let name = summary.policy.collection
                found.append((name, try await store.contested(in: name, after: nil, limit: limit)))
            }
            return found
        }
        if json {
            let rows = found.flatMap { name, patterns in patterns.map { $0.json(in: name) } }
            print(JSONValue.object([.init("decisions", .array(rows))]).text)
            return
        }
        var table = TextTable(["COLLECTION", "PATTERN", "WINNER", "VALUE", "OVER", "VALUE", "DECIDED BY"])
        for (name, patterns) in found {
            for pattern in patterns { table.append(pattern.cells(in: name)) }
        }
        guard !table.isEmpty else {
            Talk.note("nodes disagree on nothing")
            return
        }
        print(table.text)
    }
}

extension ContestedPattern {
    fileprivate func cells(in collection: CollectionName) -> [String] {
        let (winner, other) = (explanation.decision.candidate, explanation.runnerUp)
        return [
            collection.text, id.description, explanation.writtenBy ?? winner?.origin.text ?? "-",
            winner.map { "\($0.value)" } ?? "-", other?.origin.text ?? "-", other.map { "\($0.value)" } ?? "-",
            decidedBy,
        ]
    }

    private var decidedBy: String {
        switch ground {
        case .comparison(let criterion): criterion.rawValue
        case .merge: "merging all"
        case .person(let name): name
        case nil: "-"
        }
    }

    /// What decided, for a program: a part of the strategy's tuple, `merge` or `person`.
    private var groundName: String? {
        switch ground {
        case .comparison(let criterion): criterion.rawValue
        case .merge: "merge"
        case .person: "person"
        case nil: nil
        }
    }

    fileprivate func json(in collection: CollectionName) -> JSONValue {
        [
            "collection": .string(collection.text),
            "id": .string(id.description),
            "winner": explanation.decision.candidate?.json ?? .null,
            "runner_up": explanation.runnerUp?.json ?? .null,
            "decided_by": groundName.map(JSONValue.string) ?? .null,
            "by": (resolution?.decidedBy).map(JSONValue.string) ?? .null,
            "contents": .integer(Int64(explanation.contents)),
        ]
    }
}
