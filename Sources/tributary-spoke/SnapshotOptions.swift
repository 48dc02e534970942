import ArgumentParser
import Federation
import JSON
import SpokeAgent

/// What the commands about snapshot files have in common.
struct SnapshotOptions: ParsableArguments {
    @OptionGroup var settings: ConfigurationOptions

    @Option(help: "The folder with the spoke's state; importing makes it if it is missing.")
    var state: String?

    @Option(
        help: ArgumentHelp("Only these collections, separated by commas.", valueName: "a,b"),
        transform: HubOptions.collections
    )
    var collections: [CollectionName] = []

    @OptionGroup var qdrant: QdrantOptions

    @Flag(help: "Print one JSON document instead of a summary.")
    var json = false

    @Flag(help: "Print nothing unless something went wrong.")
    var quiet = false

    /// All settings, with what is given here and as `more` over all else; throws a `SpokeError`.
    func load(_ more: [Setting: JSONValue]) throws(SpokeError) -> SpokeConfiguration {
        var given = more
        if let state { given[.state] = .string(state) }
        if !collections.isEmpty { given[.collections] = .array(collections.map { .string($0.text) }) }
        return try settings.load(given, qdrant.given)
    }
}
