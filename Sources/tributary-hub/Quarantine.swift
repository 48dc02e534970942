import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// Shows what was refused.
struct Quarantine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show refused items, the last first, with the reason.",
        discussion: """
            EXAMPLE
              tributary-hub quarantine --data-dir /var/lib/tributary --node alice
            """
    )

    private static let greatestLimit: Int64 = 10_000

    @Option(help: "Only this node's.")
    var node: String?

    @Option(help: "The greatest number of items.")
    var limit: Int64 = 50

    @Flag(help: "Print one JSON document, with the items' bodies.") var json = false
    @OptionGroup var state: StateOptions

    func run() async throws {
        guard (1...Quarantine.greatestLimit).contains(limit) else {
            throw ValidationError("--limit is from 1 to \(Quarantine.greatestLimit)")
        }
        let name = node.flatMap(NodeName.init)
        if let node, name == nil { throw ValidationError("'\(node)' is no node name") }
        let limit = limit
        let entries = try await state.access.withStore { store in
            if let name, try await !store.nodes().contains(where: { $0.name == name }) {
                throw StoreError.nodeUnknown(name)
            }
            return try await store.quarantined(of: name, limit: limit)
        }
        if json {
            print(JSONValue.object([.init("items", .array(entries.map(\.json)))]).text)
            return
        }
        guard !entries.isEmpty else {
            Talk.note("nothing is in quarantine")
            return
        }
        var table = TextTable(["LAST REFUSED", "NODE", "COLLECTION", "PATTERN", "CODE", "TIMES", "DETAIL"])
        for entry in entries {
            table.append([
                entry.lastRefusedAt.description, entry.node.text, entry.item.collection.text,
                entry.item.id?.description ?? "-", entry.item.refusal.code.rawValue, "\(entry.times)",
                entry.item.refusal.detail,
            ])
        }
        print(table.text)
    }
}
