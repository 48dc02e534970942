import ArgumentParser
import Federation

/// What the commands about snapshot files have in common.
struct SnapshotOptions: ParsableArguments {
    @Option(help: "The folder with the spoke's state; importing makes it if it is missing.")
    var state: String

    @Option(
        help: ArgumentHelp("Only these collections, separated by commas.", valueName: "a,b"),
        transform: HubOptions.collections
    )
    var collections: [CollectionName] = []

    @Flag(help: "Print one JSON document instead of a summary.")
    var json = false

    @Flag(help: "Print nothing unless something went wrong.")
    var quiet = false
}
