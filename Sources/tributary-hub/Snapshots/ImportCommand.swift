import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Snapshots

/// Takes in a snapshot.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in a snapshot: of another hub, of a spoke, or of the predecessor.",
        usage: "tributary-hub import <file> --as <node> [--dry-run] [<options>]",
        discussion: """
            EXAMPLES
              tributary-hub node add lab --role hub --data-dir /var/lib/tributary \\
                > lab.token
              tributary-hub import winners.json.gz --as lab --dry-run \\
                --data-dir /var/lib/tributary
              tributary-hub import winners.json.gz --as lab --data-dir /var/lib/tributary

            What a snapshot says word for word as its author numbered it stays the
            author's: a node of role hub passes it on. Everything else, all of the
            predecessor's, is what the node itself says, as if it had pushed it when the
            snapshot was made. Doing it again changes nothing.

            The file is read to its end before anything is taken in; one that is cut off
            or was changed is refused whole, with the place (9), and so is what is no
            snapshot (2). Items that are refused go to quarantine (3). The hub may serve
            meanwhile.
            """
    )

    @Argument(help: "The file, compressed or not; '-' is standard input.")
    var file: String

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The enrolled node that brings it.", valueName: "node"),
        transform: Given.node
    )
    var node: NodeName

    @Option(help: ArgumentHelp("Only these, separated by commas.", valueName: "a,b"), transform: Given.collections)
    var collections: [CollectionName] = []

    @Flag(help: "Show what would become of it, and change nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var state: StateOptions

    func run() async throws {
        let source = SnapshotSource(file, collections: collections)
        let summary = try await source.check()
        let (node, wanted, dryRun) = (node, collections, dryRun)
        let report = try await state.withStore { store in
            let chosen = try ImportCommand.chosen(wanted, of: summary)
            let sender = try await ImportCommand.sender(node, in: store)
            for collection in chosen { _ = try await store.policy(of: collection) }
            let intake = SnapshotIntake(
                store,
                as: sender,
                takenAt: summary.takenAt,
                isRehearsal: dryRun,
                now: Live.now
            )
            var report = ImportReport(summary, chosen: chosen, isRehearsal: dryRun)
            defer { Talk.endProgress() }
            do {
                while let batch = try await source.next() {
                    report.add(try await intake.take(batch), of: batch.collection)
                    Talk.progress("\(report.read) of \(count(report.total, "item")) read")
                }
            } catch let error as SnapshotFileError where report.read > 0 {
                // It was whole when it was checked.
                throw SnapshotFileError(
                    error.kind,
                    "the file was changed while it was taken in; what came before stays, and importing it again goes on"
                        + " from there: \(error)"
                )
            }
            return report
        }
        print(json ? report.json.text : report.text(state.options))
        guard report.refused == 0 else { throw ExitCode(HubExit.partial.rawValue) }
    }

    /// The collections to take in, each of which has to be there.
    private static func chosen(
        _ wanted: [CollectionName],
        of summary: SnapshotSummary
    ) throws -> [CollectionName] {
        let present = summary.entries.map(\.collection)
        for name in wanted where !present.contains(name) {
            throw CommandFailure(
                "the snapshot has no collection '\(name)'",
                meaning: name.text,
                among: present.map(\.text)
            )
        }
        return wanted.isEmpty ? present : wanted
    }

    private static func sender(_ name: NodeName, in store: Store) async throws -> EnrolledNode {
        guard let node = try await store.node(named: name) else { throw StoreError.nodeUnknown(name) }
        guard node.revokedAt == nil else {
            throw CommandFailure("node '\(name)' was revoked; give another with --as, or enrol it again")
        }
        return node
    }
}
