import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// What was refused.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Show refused items with the reason, try them again, or remove them.",
        discussion: """
            EXAMPLES
              tributary-hub quarantine --data-dir /var/lib/tributary --node alice
              tributary-hub quarantine show 12 --data-dir /var/lib/tributary
              tributary-hub quarantine release 12 13 --data-dir /var/lib/tributary
              tributary-hub quarantine discard --code malformed-json \\
                --data-dir /var/lib/tributary
            """,
        subcommands: [List.self, Show.self, Release.self, Discard.self],
        defaultSubcommand: List.self
    )

    /// Lists refused items.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List refused items, the last first; done where no other command is given.",
            usage: "tributary-hub quarantine [list] [<options>]",
            discussion: """
                EXAMPLE
                  tributary-hub quarantine list --code value-out-of-range \\
                    --data-dir /var/lib/tributary
                """
        )

        @OptionGroup var filter: QuarantineFilter

        @Option(help: "The greatest number of items.", transform: Given.limit)
        var limit: Int64 = 50

        @Flag(help: "Print one JSON document, with the items' bodies.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let (selection, limit) = (filter.selection(), limit)
            let entries = try await state.withStore { store in
                try await store.requireNames(of: selection)
                return try await store.quarantined(selection, limit: limit)
            }
            if json {
                print(JSONValue.object([.init("items", .array(entries.map(\.json)))]).text)
                return
            }
            guard let first = entries.first else {
                Talk.note(filter.isEmpty ? "nothing is in quarantine" : "nothing of that kind is in quarantine")
                return
            }
            var table = TextTable(
                ["NUMBER", "LAST REFUSED", "NODE", "COLLECTION", "PATTERN", "CODE", "TIMES", "DETAIL"]
            )
            for entry in entries {
                table.append([
                    "\(entry.number)", entry.lastRefusedAt.short, entry.node.text, entry.item.collection.text,
                    entry.item.id?.description ?? "-", entry.item.refusal.code.rawValue, "\(entry.times)",
                    entry.item.refusal.detail,
                ])
            }
            print(table.text)
            if entries.count == Int(limit) { print("there may be more; --limit shows them") }
            print("\nNext: see what came:\n  \(state.command("quarantine", "show", "\(first.number)"))")
        }
    }
}

/// Which refused items are meant.
struct QuarantineFilter: ParsableArguments {
    @Option(help: "Only this node's.", transform: Given.node)
    var node: NodeName?

    @Option(help: "Only this collection's.", transform: Given.collection)
    var collection: CollectionName?

    @Option(help: "Only those refused for this reason.")
    var code: RefusalCode?

    var isEmpty: Bool { node == nil && collection == nil && code == nil }

    func selection(numbers: [Int64]? = nil) -> QuarantineSelection {
        QuarantineSelection(numbers: numbers, node: node, collection: collection, code: code)
    }
}

/// Refused items by number, or all of a kind.
struct QuarantineChoice: ParsableArguments {
    /// Items named one by one, at most.
    private static let greatestNumbers = 1_000

    @Argument(help: "Numbers of items, as the list shows them.", transform: Given.number)
    var numbers: [Int64] = []

    @OptionGroup var filter: QuarantineFilter

    var selection: QuarantineSelection { filter.selection(numbers: numbers.isEmpty ? nil : numbers) }

    func validate() throws {
        guard !numbers.isEmpty || !filter.isEmpty else {
            throw ValidationError("say which: numbers of items, or --node, --collection or --code")
        }
        guard numbers.count <= QuarantineChoice.greatestNumbers else {
            throw ValidationError("at most \(QuarantineChoice.greatestNumbers) numbers at once; use --node or --code")
        }
    }
}

extension Store {
    /// Throws where `selection` names a node or a collection that there is not.
    func requireNames(of selection: QuarantineSelection) async throws {
        if let collection = selection.collection { _ = try await policy(of: collection) }
        // What an upstream passed on is kept under its name.
        if let node = selection.node, try await !nodes().contains(where: { $0.name == node }),
            try await !upstreams().contains(where: { $0.hubName == node })
        {
            throw StoreError.nodeUnknown(node)
        }
    }
}
