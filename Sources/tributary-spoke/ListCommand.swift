import ArgumentParser
import Federation
import JSON
import Presentation
import Replication
import SpokeAgent

/// The winners held.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the patterns held with their origin and value, without asking the hub.",
        discussion: """
            EXAMPLE
              tributary-spoke list skills-patterns --state state
            """
    )

    @Argument(help: "The collection; all collections with their sizes where it is left out.")
    var collection: String?

    @OptionGroup var store: StoreOptions

    func run() throws {
        let state = try store.folder().openExisting()
        let console = Console(isQuiet: false)
        guard let collection else {
            listCollections(try StateReport(state), console)
            return
        }
        let name = try HeldCollection.find(collection, in: state)
        var isFirst = true
        if store.json { console.result(Array("[".utf8)) } else { console.result("pattern\torigin\tvalue") }
        try state.forEachWinner(of: name) { winner in
            if store.json {
                console.result(Array((isFirst ? "" : ",").utf8) + winner.json.bytes)
            } else {
                let value = winner.value.map { "\($0)" } ?? ""
                console.result("\(ShownText.of(winner.id.description))\t\(winner.origin)\t\(value)")
            }
            isFirst = false
        }
        if store.json { console.result(Array("]\n".utf8)) }
    }

    private func listCollections(_ report: StateReport, _ console: Console) {
        guard !store.json else {
            let entries = report.entries.map { entry -> JSONValue in
                [
                    "collection": .string(entry.collection.text), "winners": .integer(entry.winners),
                    "imported": .integer(entry.imported),
                ]
            }
            console.result(JSONValue.array(entries).text)
            return
        }
        console.result("collection\twinners\timported")
        for entry in report.entries { console.result("\(entry.collection)\t\(entry.winners)\t\(entry.imported)") }
    }
}

/// A collection of which something is held.
enum HeldCollection {
    /// The collection called `name`; throws a `SpokeError` that suggests another where there is none.
    static func find(_ name: String, in state: SpokeState) throws -> CollectionName {
        let known = try state.collections()
        if let found = known.first(where: { $0.text == name }) { return found }
        let names = known.map(\.text)
        let suggestion = Suggestion.nearest(to: name, among: names).map { ", did you mean '\($0)'?" } ?? ";"
        throw SpokeError(
            .usage,
            "nothing is held of a collection '\(ShownText.of(name))'\(suggestion) known here:"
                + " \(names.isEmpty ? "none yet" : names.joined(separator: ", "))"
        )
    }
}
