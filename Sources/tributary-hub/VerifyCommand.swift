import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// Whether what is stored is what it has to be.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute checksums, digests and winners from the contributions, and report what differs.",
        usage: """
            tributary-hub verify [--collection <collection>]
                [--against upstream|<url> [--repair] [--ca-file <file>]] [<options>]
            """,
        discussion: """
            EXAMPLES
              tributary-hub verify --data-dir /var/lib/tributary
              tributary-hub verify --collection skills-patterns --json \\
                --data-dir /var/lib/tributary
              tributary-hub verify --against upstream --data-dir /var/lib/tributary

            Nothing is changed, and the hub may serve meanwhile. Ends with 9 where anything
            differs: then the database holds something that this program did not write.
            All differences are counted, the first --limit are listed.

            What nothing else says is not found: times of receipt, earlier values that are
            greater than the present one, which hubs a statement passed through, a feed
            number that was changed to another free one, and rows of history or
            quarantine that were deleted.

            With --against what this hub and an upstream hold is compared instead, by
            ranges of patterns: named are those that are lacking or older on one side,
            and what operators decided that only one side knows. What is on its way is
            none of them. --repair sends them where they lack. A payload that somebody
            changed is found without --against alone.
            """
    )

    @Option(help: "Only this collection.", transform: Given.collection)
    var collection: CollectionName?

    @Option(help: "The greatest number of differences listed of each collection.", transform: Given.limit)
    var limit: Int64 = 50

    @Option(help: ArgumentHelp("Compare with all upstreams, or the one at this address.", valueName: "upstream|url"))
    var against: String?

    @Option(
        help: ArgumentHelp("With --against: trust only the certificates in this PEM file.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    @Flag(help: "Send what differs to the side that lacks it.") var repair = false
    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var state: StateOptions

    func validate() throws {
        guard against != nil || !repair else { throw ValidationError("--repair needs --against") }
        guard against != nil || caFile == nil else { throw ValidationError("--ca-file needs --against") }
    }

    func run() async throws {
        if let against { return try await compare(against) }
        let (collection, limit) = (collection, Int(limit))
        let found = try await state.withStore { store in
            let all = try await store.collections().map(\.policy.collection)
            var found: [Verification] = []
            for name in collection.map({ [$0] }) ?? all {
                defer { Talk.endProgress() }
                found.append(
                    try await store.verify(name, limit: limit) { seen in
                        Talk.progress("\(name): \(count(seen, "row")) looked at")
                    }
                )
            }
            return found
        }
        if json {
            print(JSONValue.object([.init("collections", .array(found.map(\.json)))]).text)
        } else {
            print(paragraphs(found.map(\.text)))
        }
        let differences = found.reduce(0) { $0 + $1.differences }
        guard differences > 0 else { return }
        if !json {
            Talk.note(
                "\(count(differences, "difference")): the database holds what the hub did not write; bring back a backup, or "
                    + "ask whoever changed it"
            )
        }
        throw ExitCode(HubExit.integrity.rawValue)
    }
}

/// `texts` below each other, with a blank line around those of several lines.
func paragraphs(_ texts: [String]) -> String {
    var text = ""
    var wasTable = false
    for (index, next) in texts.enumerated() {
        let isTable = next.contains("\n")
        if index > 0 { text += wasTable || isTable ? "\n\n" : "\n" }
        text += next
        wasTable = isTable
    }
    return text
}

extension Verification {
    fileprivate var text: String {
        var text =
            "\(collection): \(count(contributions, "contribution")), \(count(earlierVersions, "earlier version")), "
            + "\(count(liveWinners, "live winner")), \(count(resolutions, "resolution")): "
        text += differences == 0 ? "nothing differs" : "\(count(differences, "difference"))"
        if unsettled > 0 {
            text += "; \(count(unsettled, "pattern")) being decided anew could not be compared, ask again in a while"
        }
        guard !listed.isEmpty else { return text }
        var table = TextTable(["WHAT", "PATTERN", "OF", "STORED", "RECOMPUTED"])
        for difference in listed {
            table.append([
                difference.subject.rawValue, difference.id?.description ?? "-", difference.origin?.text ?? "-",
                difference.stored, difference.computed,
            ])
        }
        text += "\n\(table.text)"
        let more = differences - Int64(listed.count)
        if more > 0 { text += "\nand \(count(more, "more difference", "more differences")); --limit lists them" }
        return text
    }

    fileprivate var json: JSONValue {
        [
            "collection": .string(collection.text),
            "contributions": .integer(contributions),
            "earlier_versions": .integer(earlierVersions),
            "winners": .integer(liveWinners),
            "resolutions": .integer(resolutions),
            "differences": .integer(differences),
            "unsettled": .integer(unsettled),
            "listed": .array(listed.map(\.json)),
        ]
    }
}

extension Verification.Difference {
    fileprivate var json: JSONValue {
        [
            "what": .string(subject.rawValue),
            "id": id.map { .string($0.description) } ?? .null,
            "origin": origin.map { .string($0.text) } ?? .null,
            "stored": .string(stored),
            "recomputed": .string(computed),
        ]
    }
}
