import ArgumentParser
import Federation
import JSON
import Settings
import SpokeAgent

/// Which hub, as whom, and where the state is: what every command that runs a round needs.
struct HubOptions: ParsableArguments {
    @OptionGroup var settings: ConfigurationOptions
    @OptionGroup var access: AccessOptions

    @Option(help: "The folder for this spoke's state; it is made if it is missing.")
    var state: String?

    @Option(
        help: ArgumentHelp("Work on these collections alone, separated by commas.", valueName: "a,b"),
        transform: HubOptions.collections
    )
    var collections: [CollectionName] = []

    @OptionGroup var qdrant: QdrantOptions

    @Flag(help: "Print one JSON document instead of a summary.")
    var json = false

    @Flag(help: "Print nothing unless something went wrong.")
    var quiet = false

    /// All settings, with what is given here and by the other options over all else; throws a `SpokeError`.
    func load(
        _ sources: SourceOptions?,
        _ sinks: SinkOptions? = nil,
        _ more: [Setting: JSONValue] = [:]
    ) throws(SpokeError) -> SpokeConfiguration {
        try settings.load(given, sources?.given ?? [:], sinks?.given ?? [:], more)
    }

    /// What is given of these.
    private var given: [Setting: JSONValue] {
        var given = access.given
        if let state { given[.state] = .string(state) }
        if !collections.isEmpty { given[.collections] = .array(collections.map { .string($0.text) }) }
        return given.merging(qdrant.given) { first, _ in first }
    }

    static func collections(_ text: String) throws -> [CollectionName] {
        try text.split(separator: ",").map { part in
            try validated { () throws(InvalidSetting) in try SettingText.collection(String(part)) }
        }
    }
}
