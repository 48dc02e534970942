import ArgumentParser
import Federation
import JSON
import Replication
import SpokeAgent

/// What the hub knows about one pattern.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Asks the hub why a pattern is served as it is, or is not.",
        discussion: """
            EXAMPLE
              tributary-spoke why skills-patterns skill-123 \\
                --hub https://hub.example:8092 --node alice --token-file alice.token

            It tells whose version won and by how much, what would change that, who said
            what, what was decided or refused, and what can be done. With --source or
            --state it also tells what this node's own sources say, such as a value that is
            below the collection's threshold: what is below is never sent.
            """
    )

    @Argument(help: "The collection.", transform: WhyCommand.collection)
    var collection: CollectionName

    @Argument(help: "The pattern's id.", transform: WhyCommand.id)
    var id: PatternID

    @OptionGroup var settings: ConfigurationOptions
    @OptionGroup var access: AccessOptions

    @Option(
        help: ArgumentHelp("As it was then, such as 2026-11-21T08:30:00Z.", valueName: "time"),
        transform: WhyCommand.time
    )
    var at: Timestamp?

    @Option(
        name: .customLong("source"),
        help: ArgumentHelp("Where this node's own patterns are. May be repeated.", valueName: "kind:place"),
        transform: PlaceOption.source
    )
    var sources: [any PatternSource] = []

    @Option(help: "The folder with the spoke's state, which knows the source files.")
    var state: String?

    @Flag(help: "Print the hub's JSON document.")
    var json = false

    func run() throws {
        SignalFlag.install()
        let console = Console(isQuiet: false)
        var given = access.given
        if let state { given[.state] = .string(state) }
        if !sources.isEmpty { given[.sources] = .array(sources.map { .string($0.argument) }) }
        let configuration = try settings.load(given)
        let outgoing = try configuration.outgoing()
        let shown = outgoing.contentGuard.shown(id)
        guard shown == id.description else {
            throw SpokeError(
                .failure,
                "the id '\(shown)' holds what the guard keeps on this machine, so no hub has it from here, and none is asked"
            )
        }
        let clients = HubClients(console: console, environment: SystemClock.environment)
        let sources = try configuration.openSources(home: PlaceOption.home)
        let folder = StateFolder(try configuration.state())
        // A state that was asked for has to be there.
        let isRead = state != nil || folder.exists
        let explanation = try asking(configuration.hubs(), console) { hub in
            try PatternExplanation(
                of: id,
                in: collection,
                at: at,
                from: clients.client(hub),
                sources: sources,
                state: isRead ? try folder.openExisting() : nil,
                outgoing: outgoing
            )
        }
        if explanation.isUnknown, !json { throw SpokeError(.failure, explanation.text) }
        console.result(json ? String(decoding: explanation.document, as: UTF8.self) : explanation.text)
        if explanation.isNeverSeen { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    /// Asks the most preferred of `hubs` that is not away.
    private func asking(
        _ hubs: [HubSettings],
        _ console: Console,
        _ ask: (HubSettings) throws -> PatternExplanation
    ) throws -> PatternExplanation {
        for hub in hubs.dropLast() {
            do { return try ask(hub) } catch let error as ReplicationError {
                guard [.unreachable, .overloaded].contains(ExitStatus(error)) else { throw error }
                console.complain("\(hub.endpoint) does not answer; asking the next hub")
            }
        }
        return try ask(hubs[hubs.count - 1])
    }

    private static func collection(_ text: String) throws -> CollectionName {
        guard let name = CollectionName(text) else {
            throw ValidationError("'\(text)' is no collection's name, which is like skills-patterns")
        }
        return name
    }

    private static func id(_ text: String) throws -> PatternID {
        do throws(InvalidPatternID) { return try PatternID(text) } catch { throw ValidationError(error.detail) }
    }

    private static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text) else {
            throw ValidationError("'\(text)' is no time, which is like 2026-11-21T08:30:00Z")
        }
        return time
    }
}
