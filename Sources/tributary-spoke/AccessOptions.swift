import ArgumentParser
import Federation
import JSON
import Replication
import Settings
import SpokeAgent

/// Which hub, and as whom.
struct AccessOptions: ParsableArguments {
    @Option(
        help: "The hub's address, such as https://hub.example:8092.",
        transform: { text in try validated { () throws(InvalidSetting) in try SettingText.endpoint(text) } }
    )
    var hub: HubEndpoint?

    @Option(
        help: "This node's name, as the hub enrolled it.",
        transform: { text in try validated { () throws(InvalidSetting) in try SettingText.node(text) } }
    )
    var node: NodeName?

    @Option(help: "The file that holds this node's token and nothing else.")
    var tokenFile: String?

    @Option(
        help: ArgumentHelp("Trust the certificates in this PEM file, and no others.", valueName: "file")
    )
    var caFile: String?

    /// What is given of these.
    var given: [Setting: JSONValue] {
        let texts: [(Setting, String?)] = [
            (.hub, hub?.text), (.node, node?.text), (.tokenFile, tokenFile), (.caFile, caFile),
        ]
        return Dictionary(
            uniqueKeysWithValues: texts.compactMap { setting, text in text.map { (setting, .string($0)) } }
        )
    }
}

/// Runs `body`, whose error is one of the command line.
func validated<Value>(_ body: () throws(InvalidSetting) -> Value) throws -> Value {
    do throws(InvalidSetting) { return try body() } catch { throw ValidationError(error.description) }
}

/// Clients of hubs.
struct HubClients {
    let console: Console
    let environment: RunEnvironment
    /// The longest time for which nobody asks whether a transfer is to end.
    var longestSilence = SystemClock.longestSilence

    /// A client of `hub`; says what is worth a warning.
    ///
    /// Throws `SpokeError` and `ReplicationError`.
    func client(_ hub: HubSettings) throws -> HubClient {
        let tokenFile = TokenFile(hub.tokenFile)
        _ = try tokenFile.read()
        if let warning = tokenFile.warning { console.complain("warning: \(warning)") }
        let endpoint = hub.endpoint
        if !endpoint.isSecure, !endpoint.isLoopback {
            console.complain(
                "warning: the token and the patterns travel unencrypted to \(endpoint.host); use https, or a tunnel"
            )
        }
        let transport = try CurlTransport(
            endpoint: endpoint,
            trustedCertificates: hub.caFile,
            wakeDescriptor: SignalFlag.wakeDescriptor,
            longestSilence: longestSilence,
            shouldStop: environment.shouldStop
        )
        return HubClient(
            endpoint: endpoint,
            node: hub.node,
            transport: transport,
            environment: environment,
            token: { try tokenFile.read() }
        )
    }
}
