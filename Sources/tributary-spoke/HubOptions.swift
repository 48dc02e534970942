import ArgumentParser
import Federation

/// Which hub, as whom, and where the state is: what every command that runs a round needs.
struct HubOptions: ParsableArguments {
    @OptionGroup var access: AccessOptions

    @Option(help: "The folder for this spoke's state; it is made if it is missing.")
    var state: String

    @Option(
        help: ArgumentHelp("Work on these collections alone, separated by commas.", valueName: "a,b"),
        transform: HubOptions.collections
    )
    var collections: [CollectionName] = []

    @Flag(help: "Print one JSON document instead of a summary.")
    var json = false

    @Flag(help: "Print nothing unless something went wrong.")
    var quiet = false

    static func collections(_ text: String) throws -> [CollectionName] {
        try text.split(separator: ",").map { part in
            guard let name = CollectionName(String(part)) else {
                throw ValidationError("'\(part)' is no collection's name, which is like skills-patterns")
            }
            return name
        }
    }
}
