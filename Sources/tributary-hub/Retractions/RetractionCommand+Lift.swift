import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension RetractionCommand {
    /// Lifts a retraction.
    struct Lift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lift what retracts a pattern, and admit again what was refused meanwhile.",
            usage: """
                tributary-hub retraction lift <collection> <id> --reason <text>
                    [<options>]
                """,
            discussion: """
                EXAMPLE
                  tributary-hub retraction lift skills-patterns skill-123 \\
                    --reason "was a placeholder" --data-dir /var/lib/tributary

                The retraction of its content under whatever id is lifted, too, and on all
                hubs, wherever it was made. A purged text does not come back by itself; its
                nodes have to send it again.
                """,
            aliases: ["restore"]
        )

        @OptionGroup var pattern: PatternArguments
        @OptionGroup var ruling: RulingOptions
        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let ruling = try ruling.ruling()
            let (collection, id) = (pattern.collection, pattern.id)
            let (outcome, released) = try await state.withStore { store in
                let outcome = try await store.lift(id, in: collection, ruling: ruling, now: Live.now)
                Talk.progress("looking through what was refused meanwhile")
                defer { Talk.endProgress() }
                let released = try await store.releaseRetracted(in: collection, now: Live.now)
                // What is still retracted otherwise was refused again, and nothing became of it.
                return (outcome, released.filter { !$0.isRetractedStill })
            }
            if json {
                print(outcome.json(in: collection, released: released).text)
                return
            }
            print("lifted the retraction of \(pattern.name): \(outcome.changes.words)")
            if outcome.contents.count > 0 {
                print("\(count(outcome.contents.count, "content")) of it lifted under whatever id")
            }
            if released.isEmpty {
                print("nothing that was refused meanwhile came back from quarantine")
            } else {
                print("\n\(released.text)")
            }
            print("\nWhat is served now, and why:\n  \(state.command("why", pattern.words))")
        }
    }
}

extension ReleasedItem {
    /// Whether it was refused again because it is retracted.
    fileprivate var isRetractedStill: Bool {
        if case .refused(let refusal) = verdict { refusal.code == .retracted } else { false }
    }
}
