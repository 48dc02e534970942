import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Snapshots

/// Writes the winners to a file.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what the hub serves to a snapshot, for another hub, a spoke or the predecessor.",
        usage: "tributary-hub export <file> [--collections <a,b>] [<options>]",
        discussion: """
            EXAMPLES
              tributary-hub export winners.json.gz --data-dir /var/lib/tributary
              tributary-hub export - --collections skills-patterns \\
                --data-dir /var/lib/tributary | gpg -c > winners.gpg

            The hub may serve meanwhile: all is as it was at one moment. The file is there
            whole or not at all. It says what has to be in it, so that 'import' finds what
            was cut off or changed on the way.
            """
    )

    @Argument(help: "The file; compressed where it ends in .gz; '-' is standard output.")
    var file: String

    @Option(help: ArgumentHelp("Only these, separated by commas.", valueName: "a,b"), transform: Given.collections)
    var collections: [CollectionName] = []

    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var state: StateOptions

    func validate() throws {
        guard !json || file != SnapshotInput.pipe else {
            throw ValidationError("standard output takes the snapshot or --json, not both")
        }
    }

    func run() async throws {
        let (file, wanted) = (file, collections)
        let (entries, bytes) = try await state.withStore { store in
            let known = try await store.collections().map(\.policy.collection)
            for name in wanted where !known.contains(name) { throw StoreError.collectionUnknown(name) }
            let identity = try await store.identity(now: Live.now(), newIdentity: Live.newIdentity)
            let export = try await WinnerExport.open(in: store)
            defer { Talk.endProgress() }
            do {
                let written = try await ExportCommand.write(export, wanted.isEmpty ? known : wanted, identity, to: file)
                await export.finish()
                return written
            } catch {
                await export.finish()
                throw error
            }
        }
        let total = entries.reduce(0) { $0 + $1.set.count }
        if json {
            let counts = entries.map { JSONValue.Member($0.collection.text, .integer($0.set.count)) }
            print(
                JSONValue.object([
                    .init("file", .string(file)), .init("bytes", .integer(bytes)),
                    .init("collections", .object(counts)),
                ]).text
            )
        } else {
            let parts = entries.map { "\($0.set.count) of \($0.collection)" }.joined(separator: ", ")
            Talk.note("exported \(count(total, "pattern")) (\(parts)), \(count(bytes, "byte"))")
        }
    }

    private static func write(
        _ export: WinnerExport,
        _ collections: [CollectionName],
        _ identity: HubIdentity,
        to file: String
    ) async throws -> ([SnapshotManifest.Entry], Int64) {
        var entries: [SnapshotManifest.Entry] = []
        for collection in collections { entries.append(try await export.entry(of: collection)) }
        let manifest = SnapshotManifest(nodeID: "tributary-\(identity.hub)", takenAt: Live.now(), entries: entries)
        let target = try await SnapshotTarget(file, manifest)
        let total = entries.reduce(0) { $0 + $1.set.count }
        var done: Int64 = 0
        for collection in collections {
            await target.begin(collection)
            try await export.begin(collection)
            while case let items = try await export.next(), !items.isEmpty {
                try await target.append(items)
                done += Int64(items.count)
                Talk.progress("\(done) of \(count(total, "pattern")) exported")
            }
        }
        return (entries, try await target.finish())
    }
}
