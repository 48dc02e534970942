/// Paths and header names of the protocol, once.
package enum ProtocolPaths {
    package static let manifest = "/v1/manifest"
    /// Where a machine with a join token becomes a node.
    package static let enrolment = "/v1/enrolment"

    /// Where contributions are pushed to and read from.
    package static func contributions(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/contributions"
    }

    /// Where hubs read what operators resolved, and pass it on to.
    package static func resolutions(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/resolutions"
    }

    /// Where hubs compare their contributions by ranges.
    package static func digests(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/digests"
    }

    /// Where hubs read contributions by their keys.
    package static func selection(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/contributions/selection"
    }

    /// Where winners are pulled from.
    package static func winners(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/winners"
    }

    /// Where a node reports how far it has applied the winners.
    package static func checkpoint(_ collection: CollectionName) -> String {
        "/v1/collections/\(collection)/checkpoint"
    }

    /// Where everything the hub knows about one pattern is read from.
    package static func pattern(_ id: PatternID, in collection: CollectionName) -> String {
        "/v1/collections/\(collection)/patterns/\(PercentEncoding.encode(id.utf8))"
    }

    /// The node a client believes to be; the hub refuses a token of another.
    package static let nodeHeader = "Tributary-Node"
    /// Which hub a node of role hub is, so that what it passed on is not sent back by another connection.
    package static let hubHeader = "Tributary-Hub"
    package static let ndjson = "application/x-ndjson"
    package static let json = "application/json"
}
