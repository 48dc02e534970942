import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension RetractionCommand {
    /// Retracts a pattern.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a pattern back: nobody is served it, and whoever offers it is refused.",
            usage: """
                tributary-hub retraction add <collection> <id> --reason <text>
                    [<options>]
                """,
            discussion: """
                EXAMPLES
                  tributary-hub retraction add skills-patterns skill-123 \\
                    --reason "does not work any more" --data-dir /var/lib/tributary
                  tributary-hub retraction add skills-patterns skill-123 --content --purge \\
                    --reason "holds a password" --data-dir /var/lib/tributary

                With --content the same content is treated alike under every other id, now
                and in future. With --purge its text is removed wherever this hub keeps it,
                and every hub that the retraction reaches, which cannot be undone. A
                retraction holds at upstreams and hubs below, too. --dry-run shows what
                would be taken back.
                """
        )

        /// Other patterns with the same content that are named.
        private static let shownCopies = 20

        @OptionGroup var pattern: PatternArguments
        @OptionGroup var ruling: RulingOptions

        @Flag(name: .customLong("content"), help: "Also every copy of this content under whatever id.")
        var alsoContent = false

        @Flag(
            name: .customLong("purge"),
            help: "Also remove the text here and on every hub this reaches, for good."
        )
        var erases = false

        @Flag(name: .customLong("dry-run"), help: "Change nothing; show what would be taken back.")
        var isDryRun = false

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let ruling = try ruling.ruling()
            guard !isDryRun else { return try await rehearse() }
            let (collection, id, alsoContent, erases) = (pattern.collection, pattern.id, alsoContent, erases)
            let (outcome, wasKnown) = try await state.withStore { store in
                let wasKnown = try await !store.pattern(id, in: collection).isEmpty
                if alsoContent { Talk.progress("looking for the same content in all of \(collection)") }
                defer { if alsoContent { Talk.endProgress() } }
                let outcome = try await store.retract(
                    id,
                    in: collection,
                    alsoContent: alsoContent,
                    erases: erases,
                    ruling: ruling,
                    now: Live.now
                )
                return (outcome, wasKnown)
            }
            if json {
                print(outcome.json(in: collection, released: []).text)
            } else {
                print(text(outcome))
            }
            guard !wasKnown else { return }
            Talk.note(
                "no node ever said anything about \(pattern.name), so this holds for the future alone; if the id is "
                    + "misspelt:\n  " + state.command("retraction", "lift", pattern.words, "--reason", "misspelt")
            )
        }

        private func text(_ outcome: RetractionOutcome) -> String {
            let next =
                "\n\nNodes remove it with their next pull. Who has done so:\n  "
                + state.command("retraction", "status", pattern.words)
            guard !outcome.stood else {
                let resolution = outcome.resolution
                let author = "on \(resolution.decidedAt.short) by \(HarmlessText.of(resolution.decidedBy))"
                return
                    "\(pattern.name) was retracted so already, \(author) for the same reason; nothing was added\(next)"
            }
            var text = "retracted \(pattern.name): \(outcome.changes.words)"
            if alsoContent {
                text += "\n\(count(outcome.contents.count, "content")) of it retracted under whatever id"
                text += copies(outcome)
            }
            if erases { text += "\nits text is removed here and on every hub that this reaches" }
            return text + next
        }

        /// The other patterns that changed, because they had the same content.
        private func copies(_ outcome: RetractionOutcome) -> String {
            let ids = outcome.changes.map(\.id).filter { $0 != pattern.id }
            guard !ids.isEmpty else { return "" }
            let shown = ids.prefix(Add.shownCopies).map { "  " + HarmlessText.of($0.description) }
            let more = ids.count - shown.count
            let rest = more > 0 ? ["  and \(more) more"] : []
            return "; not served as before for it:\n" + (shown + rest).joined(separator: "\n")
        }

        private func rehearse() async throws {
            let (collection, id) = (pattern.collection, pattern.id)
            let record = try await state.withStore { try await $0.pattern(id, in: collection) }
            if json {
                let document: JSONValue = ["dry_run": true, "pattern": record.document { _ in true }]
                print(document.text)
                return
            }
            print(rehearsal(record))
        }

        private func rehearsal(_ record: PatternRecord) -> String {
            var text: String
            if let served = record.winner?.candidate {
                let writer = record.explanation.writtenBy.map(HarmlessText.of)
                let what = writer.map { "what \($0) wrote" } ?? "\(served.origin)'s"
                text = "\(pattern.name) would be served no more; now \(what) is, value \(served.value)"
            } else {
                text = "nothing is served for \(pattern.name) now"
                if record.isEmpty { text += ", and no node ever said anything about it" }
            }
            var table = TextTable(["ORIGIN", "VALUE", "UPDATED", "RECEIVED"])
            for held in record.contributions where !held.isRetraction && !held.isErased {
                table.append([
                    held.candidate.origin.text, "\(held.candidate.value)", held.candidate.updatedAt.short,
                    held.receivedAt.short,
                ])
            }
            if !table.isEmpty {
                text += "\n\n\(table.text)\n\n"
                text +=
                    erases
                    ? "The text of these would be removed for good, here and on every hub that this reaches."
                    : "These would be kept, and not be served."
            }
            if alsoContent {
                text += "\nThe same content would be taken back under every other id, too; how often it is there is "
                text += "known once it is done."
            }
            return text + "\nNothing was changed. The same command without --dry-run does it."
        }
    }
}

extension [DecisionChange] {
    /// The changes, counted.
    var words: String {
        guard !isEmpty else { return "no winner changed by it" }
        let lost = count { $0.kind == .lost }
        let gained = count { $0.kind == .gained }
        let parts = [
            lost > 0 ? "\(lost) not served any more" : nil, gained > 0 ? "\(gained) served again" : nil,
            count > lost + gained ? "\(count - lost - gained) served with other content" : nil,
        ]
        let winners = count == 1 ? "1 winner" : "\(count) winners"
        return "\(winners) changed (\(parts.compactMap(\.self).joined(separator: ", ")))"
    }
}
