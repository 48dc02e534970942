import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension NodeCommand {
    /// Revokes a node.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a node: its token stops working with its next request. What it said stays.",
            usage: """
                tributary-hub node revoke <name>
                    [--recompute [--since <time>]] [--dry-run] [<options>]
                """,
            discussion: """
                EXAMPLES
                  tributary-hub node revoke alice --data-dir /var/lib/tributary
                  tributary-hub node revoke alice --recompute --dry-run \\
                    --data-dir /var/lib/tributary
                  tributary-hub node revoke alice --recompute \\
                    --since 2026-11-21T08:30:00Z --data-dir /var/lib/tributary

                With --recompute what it said is left out, and every winner is as if it had
                never spoken; with --since only what was received from then on, and what it
                said before stands again. --dry-run shows what that would change.

                Both are about this hub alone; other hubs go on holding and serving what the
                node said. What they relay of that enrolment is refused here from then on.
                """
        )

        /// Changes shown to a person.
        private static let shownChanges = 200

        @Argument(help: "The node's name.", transform: Given.node)
        var name: NodeName

        @Flag(help: "Leave out what it said, and decide anew.")
        var recompute = false

        @Option(
            help: ArgumentHelp("Leave out only what was received from then on.", valueName: "time"),
            transform: Given.time
        )
        var since: Timestamp?

        @Flag(name: .customLong("dry-run"), help: "Change nothing; show what would change.")
        var isDryRun = false

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func validate() throws {
            guard since == nil || recompute else {
                throw ValidationError("--since says what is left out, so it goes with --recompute")
            }
        }

        func run() async throws {
            guard recompute else { return try await revokeOnly() }
            let (name, since, isDryRun) = (name, since, isDryRun)
            let (outcome, hasOthers) = try await state.withStore { store in
                defer { Talk.endProgress() }
                let outcome = try await store.revokeLeavingOut(
                    name,
                    since: since,
                    isDryRun: isDryRun,
                    now: Live.now
                ) { Talk.progress("\(count($0, "contribution")) left out") }
                let isAbove = try await store.nodes().contains { $0.role == .hub && $0.name != name }
                let isBelow = try await !store.upstreams().isEmpty
                return (outcome, isAbove || isBelow)
            }
            print(json ? outcome.json(node: name, isDryRun: isDryRun).text : text(outcome, hasOthers: hasOthers))
        }

        private func revokeOnly() async throws {
            let (name, isDryRun, notEnrolledHere) = (name, isDryRun, notEnrolledHere)
            let wasEnrolled = try await state.withStore { store in
                guard let node = try await store.nodes().first(where: { $0.name == name }) else {
                    guard let relays = try await Revoke.relays(of: name, in: store) else {
                        throw StoreError.nodeUnknown(name)
                    }
                    throw CommandFailure(notEnrolledHere(relays))
                }
                return isDryRun ? node.revokedAt == nil : try await store.revoke(name, now: Live.now())
            }
            if json {
                print(LeavingOut.nothing(node: name, isDryRun: isDryRun).text)
                return
            }
            guard wasEnrolled else {
                print("'\(name)' was revoked before")
                return
            }
            print(isDryRun ? "revoking '\(name)' would end its token; nothing was changed" : "revoked '\(name)'")
            Talk.note(
                "what it said stays; what leaving that out would change is shown by\n  "
                    + state.command("node", "revoke", name.text, "--recompute", "--dry-run")
            )
        }

        /// The hubs that passed on what `name` said, as a list; `nil` where none did.
        private static func relays(of name: NodeName, in store: Store) async throws -> String? {
            let relays = Set(try await store.relayedOrigins().filter { $0.origin == name }.map(\.relay)).sorted()
            return relays.isEmpty ? nil : relays.map(\.text).joined(separator: ", ")
        }

        /// Why there is no token to end of a node that is known through `relays`.
        private func notEnrolledHere(_ relays: String) -> String {
            "'\(name)' is not enrolled here, so there is no token to end: what it said came through other hubs (\(relays)). Its "
                + "own hub revokes it; this leaves out here what it said, and shows first what that would change:\n  "
                + state.command("node", "revoke", name.text, "--recompute", "--dry-run")
        }

        /// What other hubs make of it.
        private var elsewhere: String {
            "\n\nThis is about this hub alone. Others that hold what '\(name)' said go on serving it, and `verify --against` names "
                + "it;\nwhat they relay of that enrolment is refused here as origin-left-out. Once it is enrolled anew where it "
                + "pushes, what it says\nthen is taken."
        }

        private func text(_ outcome: LeavingOut, hasOthers: Bool) -> String {
            var text = isDryRun ? "revoking '\(name)' would leave out " : "revoked '\(name)' and left out "
            text += count(outcome.leftOut, "contribution")
            if outcome.reinstated > 0 {
                text += "; in \(outcome.reinstated) of their places what it said before "
                text += isDryRun ? "would stand again" : "stands again"
            }
            var table = TextTable(["COLLECTION", "PATTERN", "WAS", "BECOMES"])
            for (collection, change) in outcome.changes.prefix(Revoke.shownChanges) {
                table.append([collection.text, change.id.description, change.words.was, change.words.becomes])
            }
            text += table.isEmpty ? "\nno winner changes by it" : "\n\n\(table.text)"
            let more = outcome.changes.count - Revoke.shownChanges
            if more > 0 { text += "\nand \(count(more, "more change", "more changes")); --json has all" }
            if hasOthers { text += elsewhere }
            guard isDryRun else { return text }
            var words = ["node", "revoke", name.text, "--recompute"]
            if let since { words += ["--since", since.description] }
            return text + "\n\nNothing was changed. To do it:\n  " + state.command(words.joined(separator: " "))
        }
    }
}

extension LeavingOut {
    /// The document of a revocation that leaves nothing out.
    fileprivate static func nothing(node: NodeName, isDryRun: Bool) -> JSONValue {
        ["node": .string(node.text), "dry_run": .boolean(isDryRun), "left_out": 0, "reinstated": 0, "changes": []]
    }
}
