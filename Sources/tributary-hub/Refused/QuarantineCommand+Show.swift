import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension QuarantineCommand {
    /// Shows one refused item.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one refused item as it came.",
            usage: "tributary-hub quarantine show <number> [<options>]",
            discussion: "EXAMPLE\n  tributary-hub quarantine show 12 --data-dir /var/lib/tributary"
        )

        /// Characters of a body that are shown to a person.
        private static let shownCharacters = 4_000

        @Argument(help: "The item's number, as the list shows it.", transform: Given.number)
        var number: Int64

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let number = number
            let found = try await state.withStore {
                try await $0.quarantined(QuarantineSelection(numbers: [number]), limit: 1)
            }
            guard let entry = found.first else {
                let list = state.command("quarantine", "list")
                throw CommandFailure("no item \(number) is in quarantine; what is there:\n  \(list)")
            }
            print(json ? entry.json.text : text(entry))
        }

        private func text(_ entry: QuarantineEntry) -> String {
            var facts = TextTable(["NUMBER", "\(entry.number)"])
            facts.append(["node", entry.node.text])
            facts.append(["collection", entry.item.collection.text])
            facts.append(["pattern", entry.item.id?.description ?? "-"])
            facts.append(["refused as", entry.item.refusal.code.rawValue])
            facts.append(["because", entry.item.refusal.detail])
            facts.append(["refused", count(entry.times, "time")])
            facts.append(["first", entry.firstRefusedAt.short])
            facts.append(["last", entry.lastRefusedAt.short])
            facts.append(["bytes", "\(entry.item.bodyLength)"])
            return "\(facts.text)\n\n\(body(entry))\n\nNext: once the reason is gone, try it again, or remove it:\n"
                + "  \(state.command("quarantine", "release", "\(entry.number)"))\n"
                + "  \(state.command("quarantine", "discard", "\(entry.number)"))"
        }

        private func body(_ entry: QuarantineEntry) -> String {
            guard !entry.item.body.isEmpty else { return "Its text is not kept." }
            let text = HarmlessText.of(String(decoding: entry.item.body, as: UTF8.self))
            guard text.count > Show.shownCharacters else { return text }
            return text.prefix(Show.shownCharacters) + "…\n(\(text.count) characters; --json has all that is kept)"
        }
    }
}
