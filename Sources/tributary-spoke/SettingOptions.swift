import ArgumentParser
import Federation
import JSON
import Settings
import SpokeAgent

/// Everything that can be set, as options of commands that look at settings.
struct SettingOptions: ParsableArguments {
    @OptionGroup var settings: ConfigurationOptions
    @OptionGroup var access: AccessOptions

    @Option(help: "The folder for this spoke's state.")
    var state: String?

    @Option(
        name: .customLong("source"),
        help: ArgumentHelp("Where this node's own patterns are. May be repeated.", valueName: "kind:place"),
        transform: PlaceOption.source
    )
    var sources: [any PatternSource] = []

    @OptionGroup var sinks: SinkOptions
    @OptionGroup var qdrant: QdrantOptions

    @Option(
        help: ArgumentHelp("Work on these collections alone, separated by commas.", valueName: "a,b"),
        transform: HubOptions.collections
    )
    var collections: [CollectionName] = []

    @Option(help: ArgumentHelp("Share nothing of less value, whatever a collection asks for.", valueName: "value"))
    var minValue: Double?

    @Option(help: ArgumentHelp("Seconds between rounds.", valueName: "seconds"))
    var syncInterval: Int?

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard minValue.map((0...1).contains) ?? true else {
            throw ValidationError("The least value that is shared is between 0 and 1.")
        }
        guard let syncInterval else { return }
        _ = try validated { () throws(InvalidSetting) in try SettingText.syncInterval(Int64(syncInterval)) }
    }

    /// All settings; throws a `SpokeError`.
    ///
    /// With `warns`, says what is worth a warning.
    func load(warns: Bool = true) throws(SpokeError) -> SpokeConfiguration {
        var given: [Setting: JSONValue] = [:]
        if let state { given[.state] = .string(state) }
        if !sources.isEmpty { given[.sources] = .array(sources.map { .string($0.argument) }) }
        if !collections.isEmpty { given[.collections] = .array(collections.map { .string($0.text) }) }
        if let minValue { given[.minValue] = .number(minValue) }
        if let syncInterval { given[.syncInterval] = .integer(Int64(syncInterval)) }
        return try settings.load(access.given, given, sinks.given, qdrant.given, warns: warns)
    }
}
