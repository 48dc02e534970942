import Federation

/// What a link knows of its upstream while the histories of both are found in agreement.
struct UpstreamContact: Sendable, Equatable {
    var identity: HubIdentity
    /// This hub, and which of its histories.
    var own: HubIdentity
    /// The upstream's name in paths.
    var name: NodeName
    /// The collections it has.
    var collections: Set<CollectionName>
}
