package import Federation
package import Replication

/// One hub, and as whom this spoke comes to it.
package struct HubSettings: Sendable, Equatable {
    package var endpoint: HubEndpoint
    package var node: NodeName
    /// The file that holds the node's token and nothing else.
    package var tokenFile: String
    /// The PEM file with the only certificates to trust; `nil` for those of the system.
    package var caFile: String?

    package init(endpoint: HubEndpoint, node: NodeName, tokenFile: String, caFile: String? = nil) {
        self.endpoint = endpoint
        self.node = node
        self.tokenFile = tokenFile
        self.caFile = caFile
    }
}
