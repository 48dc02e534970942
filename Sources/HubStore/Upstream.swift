package import Federation
import Postgres

/// A hub that this one is a node of, as it was set up and as it was last heard of.
package struct Upstream: Sendable, Equatable {
    /// The least value of a contribution that is forwarded where nothing else was asked for: all of them.
    package static let standardMinValue = 0.0
    /// Seconds after which both hubs are compared at the latest, where nothing else was asked for.
    package static let standardSyncInterval: Int32 = 300
    /// Seconds that may be asked for.
    package static let syncIntervals: ClosedRange<Int32> = 1...86_400

    /// Where it answers, without a slash at the end.
    package var url: String
    /// The name under which this hub is enrolled there.
    package var node: NodeName
    /// The file with the token; the token itself is kept nowhere.
    package var tokenFile: String
    /// The collections that travel; `nil` for all.
    package var collections: [CollectionName]?
    /// Only contributions that once had this value are forwarded; 0...1.
    package var minValue: Double
    /// Seconds after which both are compared at the latest.
    package var syncIntervalSeconds: Int32
    /// Whether it is from the configuration file rather than from a command.
    package var isConfigured: Bool
    package var addedAt: Timestamp
    /// Which hub it is, a UUID; `nil` before the first contact.
    package var hubID: String?
    /// The name it gives itself in paths.
    package var hubName: NodeName?
    /// Its history when both were last found in agreement, a UUID; `nil` where they were not, which has them compared.
    package var epoch: String?
    /// This hub's own history then.
    package var ownEpoch: String?
    /// The process that replicates with it, 16 bytes; `nil` where none does.
    package var leasedBy: [UInt8]?
    /// When another process may take over.
    package var leasedUntil: Timestamp?
    /// When it last answered.
    package var contactedAt: Timestamp?
    /// When the last of the failures in a row happened; `nil` without any.
    package var failedAt: Timestamp?
    /// Failures in a row.
    package var failures: Int32 = 0
    /// What failed last, and what to do; `nil` where the last exchange succeeded.
    package var error: String?

    package init(
        url: String,
        node: NodeName,
        tokenFile: String,
        collections: [CollectionName]? = nil,
        minValue: Double = Upstream.standardMinValue,
        syncIntervalSeconds: Int32 = Upstream.standardSyncInterval,
        isConfigured: Bool = false,
        addedAt: Timestamp
    ) {
        self.url = url
        self.node = node
        self.tokenFile = tokenFile
        self.collections = collections
        self.minValue = minValue
        self.syncIntervalSeconds = syncIntervalSeconds
        self.isConfigured = isConfigured
        self.addedAt = addedAt
    }

    /// Whether `collection` travels between both hubs.
    package func carries(_ collection: CollectionName) -> Bool {
        collections?.contains(collection) ?? true
    }
}

extension Upstream {
    /// The columns that ``Row/upstream()`` reads, in its order.
    static let columns = """
        url, node, token_file, collections, min_value, sync_interval_seconds, is_configured, added_at, hub_id, hub_name,
        epoch, own_epoch, leased_by, leased_until, contacted_at, failed_at, failures, error
        """
}

extension Row {
    /// An upstream; see ``Upstream/columns``.
    func upstream() throws -> Upstream {
        var upstream = Upstream(
            url: try string(0),
            node: try node(1),
            tokenFile: try string(2),
            collections: try optionalTextArray(3)?.compactMap(CollectionName.init),
            minValue: try double(4),
            syncIntervalSeconds: try int32(5),
            isConfigured: try bool(6),
            addedAt: try time(7)
        )
        upstream.hubID = try optionalUUID(8).map { UUIDText.format($0.bytes) }
        upstream.hubName = try isNull(9) ? nil : node(9)
        upstream.epoch = try optionalUUID(10).map { UUIDText.format($0.bytes) }
        upstream.ownEpoch = try optionalUUID(11).map { UUIDText.format($0.bytes) }
        upstream.leasedBy = try optionalUUID(12)?.bytes
        upstream.leasedUntil = try optionalTime(13)
        upstream.contactedAt = try optionalTime(14)
        upstream.failedAt = try optionalTime(15)
        upstream.failures = try int32(16)
        upstream.error = try optionalString(17)
        return upstream
    }

    /// A time, or `nil` for NULL.
    func optionalTime(_ column: Int) throws -> Timestamp? {
        try optionalTimestamp(column).map(Timestamp.init(microseconds:))
    }
}

extension Upstream {
    /// Why the upstream at `url`, which calls itself `name`, and another hub that is a node of that name here cannot both be.
    package static func nodeCalled(_ name: NodeName, asUpstreamAt url: String) -> String {
        "\(url) calls itself \(name), and another hub is the node \(name) here, so that what that one passes on would be kept"
            + " from the upstream; give the upstream another name with `tributary-hub serve --name`, or revoke that node and"
            + " enrol its hub under another name"
    }
}
