import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension RetractionCommand {
    /// Shows how far retractions have travelled.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show which nodes have followed a retraction, and which may still have the pattern.",
            usage: "tributary-hub retraction status [<collection> [<id>]] [<options>]",
            discussion: """
                EXAMPLES
                  tributary-hub retraction status --data-dir /var/lib/tributary
                  tributary-hub retraction status skills-patterns skill-123 \\
                    --data-dir /var/lib/tributary

                Of a pattern it shows the retractions of its contents, too, with what they
                withhold under every id. Nodes of other hubs are counted there.

                STATES
                  applied       the node has told that it applied it
                  waiting       it pulls, and has not come so far
                  never-pulled  it never told that it applied anything
                  predecessor   it uses the old API, which can take nothing back

                A hub has applied it once it was given it. The spokes of other regions are
                counted by their own hubs: ask there, too.
                """
        )

        @Argument(help: "Only this collection.", transform: Given.collection)
        var collection: CollectionName?

        @Argument(help: "Only this pattern.", transform: Given.id)
        var id: PatternID?

        @Option(help: "The greatest number of retractions.", transform: Given.limit)
        var limit: Int64 = 50

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let (collection, id, limit) = (collection, id, limit)
            let found = try await state.withStore { try await $0.retractions(in: collection, of: id, limit: limit) }
            if let collection, let id, found.isEmpty {
                let why = state.command("why", collection.text, ShellWord.of(id.description))
                throw CommandFailure("'\(id)' of \(collection) is not retracted; this tells what it is:\n  \(why)")
            }
            if json {
                print(JSONValue.object([.init("retractions", .array(found.map { $0.json(withNodes: true) }))]).text)
                return
            }
            guard !found.isEmpty else {
                Talk.note("nothing is retracted")
                return
            }
            print(found.map(\.text).joined(separator: "\n\n"))
            if found.count == Int(limit) { print("\nthere may be more; --limit shows them") }
        }
    }
}

extension RetractionStatus {
    /// The retraction with every node.
    fileprivate var text: String {
        let author = HarmlessText.of("\(resolution.decidedBy): \(resolution.reason)")
        let title = "\(collection)/\(subject), retracted on \(resolution.decidedAt.short) by \(author)"
        guard !nodes.isEmpty else { return "\(title)\nno node is enrolled\(withheld)" }
        var table = TextTable(["NODE", "ROLE", "STATE", "APPLIED", "LAST SEEN"])
        for node in nodes {
            table.append([
                node.name.text, node.isHub ? "hub" : "spoke", node.state.rawValue, node.appliedAt?.short ?? "-",
                node.lastSeenAt?.short ?? "never",
            ])
        }
        return "\(title)\n\(standing)\n\n\(table.text)\(withheld)"
    }

    /// What a content's retraction withholds, under whatever id.
    private var withheld: String {
        guard !copies.isEmpty else { return "" }
        var table = TextTable(["WITHHELD", "OF"])
        for copy in copies { table.append([copy.id.description, copy.origin.text]) }
        return "\n\n\(table.text)\(hasMoreCopies ? "\nand more; these are the first \(copies.count)" : "")"
    }

    /// How many have followed, and what to do about the others.
    private var standing: String {
        let spokes = nodes.count - hubs
        var text = "applied by \(applied) of \(count(spokes, "node"))"
        if waiting > 0 {
            text += "; \(waiting == 1 ? "1 may have it until it pulls" : "\(waiting) may have it until they pull")"
        }
        let old = spokes - applied - waiting
        if old > 0 {
            text += "; \(old) \(old == 1 ? "uses" : "use") the old API: remove it there by hand"
        }
        if hubs > 0 {
            text += "; \(hubsApplied) of \(count(hubs, "hub")) \(hubsApplied == 1 ? "has" : "have") it, and"
            text += " the spokes of other regions are counted by their own hubs"
        }
        return text
    }
}
