import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension ConflictCommand {
    /// Shows the contents of one pattern side by side.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the contents of a pattern side by side.",
            usage: "tributary-hub conflict show <collection> <id> [<options>]",
            discussion: """
                EXAMPLE
                  tributary-hub conflict show skills-patterns skill-123 \\
                    --data-dir /var/lib/tributary

                Fields that differ come first and have a star. Long values are cut where
                they are the same; --json has them whole.
                """
        )

        @OptionGroup var pattern: PatternArguments
        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let (collection, id) = (pattern.collection, pattern.id)
            let record = try await state.withStore { try await $0.conflict(id, in: collection) }
            if json {
                print(record.json.text)
                return
            }
            let versions = record.versions
            let parts = [
                record.headline(versions), ComparisonTable.list(versions),
                versions.count > 1 ? ComparisonTable.compare(versions) : nil, next(record, versions),
            ]
            print(parts.compactMap(\.self).joined(separator: "\n\n"))
        }

        private func next(_ record: ConflictRecord, _ versions: [ConflictVersion]) -> String {
            guard record.policy.strategy == .manual else {
                let strategy = record.policy.strategy.rawValue
                return "\(record.collection) decides by \(strategy), without a person; this tells why as it did:\n  "
                    + state.command("why", pattern.words)
            }
            guard versions.count > 1 else {
                return "All who say it say the same, so there is nothing to decide. To serve nothing:\n  "
                    + state.command("retraction", "add", pattern.words, "--reason", "TEXT")
            }
            let resolve = ["conflict", "resolve", pattern.words].joined(separator: " ")
            let covers = versions.map(\.shortName).joined(separator: ",")
            let commands = [
                ("serve one of them", "--choose 1"), ("serve a content of your own", "--content FILE"),
                ("serve nothing", "--retract"),
            ].map { "  \($0.0):\n    \(state.command(resolve, $0.1, "--covers", covers, "--reason", "TEXT"))" }
            let intent = record.winner?.state == .conflict ? "Next" : "To decide otherwise"
            return "\(intent):\n" + commands.joined(separator: "\n")
        }
    }
}

extension ConflictRecord {
    /// What is served where it is none of the versions.
    private var composed: String {
        if let composition = winner?.composition, !composition.parents.isEmpty { return "what merging them gives" }
        guard let resolution, case .content(let content) = resolution.decision, content.source == nil else {
            return "none of these, but what was chosen before"
        }
        return "none of these, but what \(HarmlessText.of(resolution.decidedBy)) wrote"
    }

    /// What is served, and who decided that.
    fileprivate func headline(_ versions: [ConflictVersion]) -> String {
        let contents = count(versions.count, "content")
        let isOpen = winner?.state == .conflict
        var text = "\(collection)/\(id): \(contents)"
        if isOpen { text += versions.count == 1 ? ", which waits for a decision" : " wait for a decision" }
        let meanwhile = isOpen ? " meanwhile" : ""
        if let served = winner?.candidate?.version.checksum {
            let version = versions.first { $0.checksum == served }.map { "version \($0.number)" }
            text += "\nserved\(meanwhile): \(version ?? composed)"
        } else {
            text += "\nserved\(meanwhile): nothing"
        }
        guard let resolution else { return text }
        let author = HarmlessText.of("\(resolution.decidedBy): \(resolution.reason)")
        return text + "\nlast decided on \(resolution.decidedAt.short) by \(author)"
    }
}
