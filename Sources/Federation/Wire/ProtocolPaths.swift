/// Paths and header names of the protocol, once.
package enum ProtocolPaths {
    package static let manifest = "/v1/manifest"

    /// Where contributions are pushed to and read from.
    package static func contributions(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/contributions"
    }

    /// Where winners are pulled from.
    package static func winners(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/winners"
    }

    /// The node a client believes to be; the hub refuses a token of another.
    package static let nodeHeader = "Tributary-Node"
    package static let ndjson = "application/x-ndjson"
    package static let json = "application/json"
}
