import ArgumentParser
import Federation
import JSON
import Replication
import SpokeAgent

/// One winner held.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Prints one pattern's payload, without asking the hub.",
        discussion: """
            EXAMPLE
              tributary-spoke get skills-patterns skill-123 --state state

            On a terminal, what a terminal could obey is shown as escapes; --json and a
            pipe get every byte as it is.

            With --json it tells where the pattern comes from too. Of a merged pattern it
            names, beside the payload, whose versions it was made of.
            """
    )

    @Argument(help: "The collection.")
    var collection: String

    @Argument(help: "The pattern's id.")
    var id: String

    @OptionGroup var store: StoreOptions

    func run() throws {
        let state = try store.folder().openExisting()
        let name = try HeldCollection.find(collection, in: state)
        let patternID: PatternID
        do throws(InvalidPatternID) {
            patternID = try PatternID(id)
        } catch { throw SpokeError(.usage, error.detail) }
        guard let winner = try state.winner(of: name, patternID) else {
            throw SpokeError(
                .failure,
                "\(name) holds no pattern '\(ShownText.of(id))'; see: tributary-spoke list \(name)\(store.words)"
            )
        }
        let console = Console(isQuiet: false)
        if !store.json, !winner.parents.isEmpty {
            let parents = winner.parents.map { "\($0.origin) (revision \($0.revision))" }.joined(separator: ", ")
            console.say("merged from \(parents)")
        }
        if store.json {
            console.result(winner.json.text)
        } else {
            console.resultJSON(String(decoding: winner.payload, as: UTF8.self))
        }
    }
}
