import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension QuarantineCommand {
    /// Tries refused items again.
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try refused items again: what is acceptable now is kept, the rest stays.",
            usage: """
                tributary-hub quarantine release
                    (<number> ... | --node <node> | --code <code>) [<options>]
                """,
            discussion: """
                EXAMPLES
                  tributary-hub quarantine release 12 13 --data-dir /var/lib/tributary
                  tributary-hub quarantine release --code clock-ahead \\
                    --data-dir /var/lib/tributary

                An item counts as said when it was last refused, so it never takes the place
                of what its node said since. The exit code is 3 where any is refused again.
                """
        )

        @OptionGroup var choice: QuarantineChoice
        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let selection = choice.selection
            let released = try await state.withStore { store in
                try await store.requireNames(of: selection)
                Talk.progress("trying refused items again")
                defer { Talk.endProgress() }
                return try await store.release(selection, now: Live.now)
            }
            if json {
                print(JSONValue.object([.init("released", .array(released.map(\.json)))]).text)
            } else if !released.isEmpty {
                print(released.text)
            }
            try choice.requireAll(of: released.count, state)
            // The items are still there, which a script has to learn without reading the table.
            guard released.allSatisfy(\.wasKept) else { throw ExitCode(HubExit.partial.rawValue) }
        }
    }

    /// Removes refused items.
    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove refused items for good.",
            usage: """
                tributary-hub quarantine discard
                    (<number> ... | --node <node> | --code <code>) [<options>]
                """,
            discussion: """
                EXAMPLES
                  tributary-hub quarantine discard 12 --data-dir /var/lib/tributary
                  tributary-hub quarantine discard --node alice --code malformed-json \\
                    --data-dir /var/lib/tributary
                """
        )

        @OptionGroup var choice: QuarantineChoice
        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let selection = choice.selection
            let discarded = try await state.withStore { store in
                try await store.requireNames(of: selection)
                return try await store.discard(selection)
            }
            if json {
                print(JSONValue.object([.init("discarded", .integer(Int64(discarded)))]).text)
            } else if discarded > 0 {
                print("removed \(count(discarded, "item")) from quarantine")
            }
            try choice.requireAll(of: discarded, state)
        }
    }
}

extension QuarantineChoice {
    /// Throws where items were named that are not there.
    fileprivate func requireAll(of found: Int, _ state: StateOptions) throws {
        let wanted = Set(numbers).count
        guard found < max(1, wanted) else { return }
        let list = state.command("quarantine", "list")
        let named = numbers.map(String.init).joined(separator: ", ")
        throw CommandFailure(
            found == 0
                ? "nothing\(numbers.isEmpty ? " of that kind" : " numbered \(named)") is in quarantine; what is there:\n  \(list)"
                : "of the \(wanted) items \(named) only \(found) are in quarantine; what is there:\n  \(list)"
        )
    }
}

extension [ReleasedItem] {
    /// What became of the items.
    var text: String {
        var table = TextTable(["NUMBER", "PATTERN", "VERDICT", "DETAIL"])
        for item in self {
            var detail = "-"
            if case .refused(let refusal) = item.verdict { detail = "\(refusal.code.rawValue): \(refusal.detail)" }
            table.append(["\(item.number)", item.id?.description ?? "-", item.verdictName, detail])
        }
        let kept = count(where: \.wasKept)
        let rest = kept < count ? "; \(count - kept) refused again, and still in quarantine" : ""
        return "\(table.text)\n\n\(kept) of \(count) left quarantine\(rest)"
    }
}
