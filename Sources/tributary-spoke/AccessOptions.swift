import ArgumentParser
import Federation
import Replication
import SpokeAgent

/// Which hub, and as whom.
struct AccessOptions: ParsableArguments {
    @Option(help: "The hub's address, such as https://hub.example:8092.", transform: AccessOptions.endpoint)
    var hub: HubEndpoint

    @Option(help: "This node's name, as the hub enrolled it.", transform: AccessOptions.node)
    var node: NodeName

    @Option(help: "The file that holds this node's token and nothing else.")
    var tokenFile: String

    @Option(
        help: ArgumentHelp("Trust the certificates in this PEM file, and no others.", valueName: "file")
    )
    var caFile: String?

    /// A client of the hub; says what is worth a warning.
    ///
    /// Throws `SpokeError` and `ReplicationError`.
    func client(_ console: Console, _ environment: RunEnvironment) throws -> HubClient {
        let tokenFile = TokenFile(tokenFile)
        _ = try tokenFile.read()
        if let warning = tokenFile.warning { console.complain("warning: \(warning)") }
        if !hub.isSecure, !hub.isLoopback {
            console.complain(
                "warning: the token and the patterns travel unencrypted to \(hub.host); use https, or a tunnel"
            )
        }
        let transport = try CurlTransport(
            endpoint: hub,
            trustedCertificates: caFile,
            shouldStop: environment.shouldStop
        )
        return HubClient(
            endpoint: hub,
            node: node,
            transport: transport,
            environment: environment,
            token: { try tokenFile.read() }
        )
    }

    static func endpoint(_ text: String) throws -> HubEndpoint {
        guard let endpoint = HubEndpoint(text) else {
            throw ValidationError("a hub's address is like https://hub.example:8092, without user, password or query")
        }
        return endpoint
    }

    static func node(_ text: String) throws -> NodeName {
        guard let node = NodeName(text) else {
            throw ValidationError("a node's name is 1-64 letters, digits, dots, hyphens and underscores")
        }
        return node
    }
}
