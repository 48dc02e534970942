import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// What operators took back.
struct RetractionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retraction",
        abstract: "Take patterns back everywhere, lift that again, and see who has followed.",
        discussion: """
            EXAMPLES
              tributary-hub retraction add skills-patterns skill-123 \\
                --reason "holds a password" --purge --data-dir /var/lib/tributary
              tributary-hub retraction status skills-patterns skill-123 \\
                --data-dir /var/lib/tributary
              tributary-hub retraction list --data-dir /var/lib/tributary
              tributary-hub retraction lift skills-patterns skill-123 \\
                --reason "was a placeholder" --data-dir /var/lib/tributary

            A retracted pattern is served to nobody, nodes remove it with their next
            pull, and whoever offers it again is refused and told the reason.
            """,
        subcommands: [Add.self, Lift.self, List.self, Status.self]
    )

    /// Lists retractions.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List retractions that stand, the last first.",
            usage: "tributary-hub retraction list [<options>]",
            discussion: "EXAMPLE\n  tributary-hub retraction list --data-dir /var/lib/tributary"
        )

        @OptionGroup var list: ListOptions
        @OptionGroup var state: StateOptions

        func run() async throws {
            let (collection, limit) = (list.collection, list.limit)
            let found = try await state.withStore { try await $0.retractions(in: collection, limit: limit) }
            if list.json {
                print(JSONValue.object([.init("retractions", .array(found.map { $0.json(withNodes: false) }))]).text)
                return
            }
            guard !found.isEmpty else {
                Talk.note("nothing is retracted")
                return
            }
            var table = TextTable([
                "COLLECTION", "RETRACTED", "ON", "BY", "PURGED", "APPLIED", "WAITING", "HUBS", "REASON",
            ])
            for retraction in found {
                let resolution = retraction.resolution
                table.append([
                    retraction.collection.text, retraction.subject, resolution.decidedAt.short, resolution.decidedBy,
                    resolution.erases ? "yes" : "no", "\(retraction.applied)", "\(retraction.waiting)",
                    retraction.hubs == 0 ? "-" : "\(retraction.hubsApplied) of \(retraction.hubs)", resolution.reason,
                ])
            }
            print(table.text)
            if let remark = list.remark(on: found.count) { print(remark) }
            guard found.contains(where: { $0.waiting + $0.hubsWaiting > 0 }) else { return }
            print("\nNext: see which nodes have not followed:\n  \(state.command("retraction", "status"))")
        }
    }
}

extension RetractionStatus {
    /// Digits of a content's digest that are shown.
    private static let shownDigits = 12

    /// What was retracted, as a table names it.
    var subject: String {
        switch resolution.subject {
        case .pattern(let id): id.description
        case .content(let digest): "content \("\(digest)".prefix(RetractionStatus.shownDigits)), under any id"
        }
    }
}
