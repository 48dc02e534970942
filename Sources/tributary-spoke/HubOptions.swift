import ArgumentParser
import Federation
import Replication
import SpokeAgent

/// Which hub, as whom, and where the state is: what every command that talks to a hub needs.
struct HubOptions: ParsableArguments {
    @Option(help: "The hub's address, such as https://hub.example:8092.", transform: HubOptions.endpoint)
    var hub: HubEndpoint

    @Option(help: "This node's name, as the hub enrolled it.", transform: HubOptions.node)
    var node: NodeName

    @Option(help: "The file that holds this node's token and nothing else.")
    var tokenFile: String

    @Option(help: "The folder for this spoke's state; it is made if it is missing.")
    var state: String

    @Option(
        help: ArgumentHelp("Trust the certificates in this PEM file, and no others.", valueName: "file")
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp("Work on these collections alone, separated by commas.", valueName: "a,b"),
        transform: HubOptions.collections
    )
    var collections: [CollectionName] = []

    @Flag(help: "Print one JSON document instead of a summary.")
    var json = false

    @Flag(help: "Print nothing unless something went wrong.")
    var quiet = false

    private static func endpoint(_ text: String) throws -> HubEndpoint {
        guard let endpoint = HubEndpoint(text) else {
            throw ValidationError("a hub's address is like https://hub.example:8092, without user, password or query")
        }
        return endpoint
    }

    private static func node(_ text: String) throws -> NodeName {
        guard let node = NodeName(text) else {
            throw ValidationError("a node's name is 1-64 letters, digits, dots, hyphens and underscores")
        }
        return node
    }

    private static func collections(_ text: String) throws -> [CollectionName] {
        try text.split(separator: ",").map { part in
            guard let name = CollectionName(String(part)) else {
                throw ValidationError("'\(part)' is no collection's name, which is like skills-patterns")
            }
            return name
        }
    }
}
