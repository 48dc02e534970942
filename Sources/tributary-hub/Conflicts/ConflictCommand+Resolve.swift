import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension ConflictCommand {
    /// Decides a conflict.
    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide which content of a pattern is served.",
            usage: """
                tributary-hub conflict resolve <collection> <id> --reason <text>
                    (--choose <version> | --content <file> | --retract) [<options>]
                """,
            discussion: """
                EXAMPLES
                  tributary-hub conflict resolve skills-patterns skill-123 --choose 1 \\
                    --reason "tested on both systems" --data-dir /var/lib/tributary
                  tributary-hub conflict resolve skills-patterns skill-123 \\
                    --content merged.json --reason "takes the best of both" \\
                    --data-dir /var/lib/tributary
                  tributary-hub conflict resolve skills-patterns skill-123 --retract \\
                    --reason "neither works any more" --data-dir /var/lib/tributary

                The decision is about the contents that are there now, or about those that
                --covers names: where others have come meanwhile, nothing is decided and the
                exit code is 6. A content that comes later opens the conflict again. The same
                decision for the same reason is made once, however often it is given.
                """
        )

        @OptionGroup var pattern: PatternArguments

        @Option(
            help: ArgumentHelp(
                "Serve this one: its number, or the first digits of its checksum.",
                valueName: "version"
            )
        )
        var choose: String?

        @Option(
            help: ArgumentHelp("Serve the JSON object in this file; - reads standard input.", valueName: "file"),
            completion: .file()
        )
        var content: String?

        @Flag(help: "Serve nothing, and refuse what says the same again.")
        var retract = false

        @Option(
            help: ArgumentHelp(
                "The contents you have seen, by the first digits of their checksums.",
                valueName: "checksum,..."
            )
        )
        var covers: String?

        @OptionGroup var ruling: RulingOptions
        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func validate() throws {
            let choices = [choose != nil, content != nil, retract].count { $0 }
            guard choices == 1 else {
                throw ValidationError("give one of --choose, --content and --retract")
            }
        }

        func run() async throws {
            let (collection, id, choose, covers) = (pattern.collection, pattern.id, choose, covers)
            let ruling = try ruling.ruling()
            let written = try content.map { try ContentFile.read($0) }
            let (outcome, versions) = try await state.withStore { store in
                let versions = try await store.conflict(id, in: collection).versions
                let choice = try versions.choice(choose, written: written, of: id)
                let outcome = try await store.resolve(
                    id,
                    in: collection,
                    with: choice,
                    covers: try versions.covered(by: covers, of: id).map(\.checksum),
                    ruling: ruling,
                    now: Live.now()
                )
                return (outcome, versions)
            }
            let (resolution, winner) = (outcome.resolution, outcome.winner)
            if json {
                let document: JSONValue = [
                    "collection": .string(collection.text),
                    "id": .string(id.description),
                    "state": .string((winner?.state ?? .retracted).rawValue),
                    "resolution": resolution.json,
                ]
                print(document.text)
                return
            }
            guard !outcome.stood else {
                let author = "on \(resolution.decidedAt.short) by \(HarmlessText.of(resolution.decidedBy))"
                print("\(pattern.name) was decided so already, \(author) for the same reason; nothing was changed")
                return
            }
            print("decided \(pattern.name) for \(count(versions.count, "content")): \(words(resolution, versions))")
            Talk.note(
                resolution.retracts
                    ? "nodes remove it with their next pull, and whoever offers the pattern again is refused; "
                        + "this lifts it:\n  \(state.command("retraction", "lift", pattern.words, "--reason", "TEXT"))"
                    : "nodes take it with their next pull; a content that nobody has seen yet opens the conflict again"
            )
        }

        private func words(_ resolution: Resolution, _ versions: [ConflictVersion]) -> String {
            guard case .content(let content) = resolution.decision else { return "nothing is served any more" }
            guard content.source != nil, let version = versions.first(where: { $0.checksum == content.checksum }) else {
                return "your own content is served, value \(content.value)"
            }
            let origins = version.origins.map(\.text).joined(separator: ", ")
            return "version \(version.number) of \(origins) is served, value \(content.value)"
        }
    }
}

extension [ConflictVersion] {
    /// The choice that the operator named.
    fileprivate func choice(_ name: String?, written: [UInt8]?, of id: PatternID) throws -> Ruling.Choice {
        if let written { return .written(written) }
        guard let name else { return .retract }
        let found = try one(name, of: id, option: "--choose")
        return .content(found.checksum)
    }

    /// The contents that the operator has seen; all where none are named.
    fileprivate func covered(by names: String?, of id: PatternID) throws -> [ConflictVersion] {
        guard let names else { return self }
        return try names.split(separator: ",").map { try one(String($0), of: id, option: "--covers") }
    }

    /// The content that `name` means; one that was there and is not any more is not the operator's mistake.
    private func one(_ name: String, of id: PatternID, option: String) throws -> ConflictVersion {
        let found = named(name)
        if let version = found.first {
            guard found.count == 1 else {
                throw ValidationError("\(option): several checksums begin with '\(name)'; give more digits")
            }
            return version
        }
        guard Self.isChecksum(name) else {
            throw ValidationError(
                "\(option): '\(name)' is neither a number from 1 to \(count) nor the beginning of a checksum"
            )
        }
        throw StoreError.conflictChanged(id, present: map(\.checksum))
    }
}
