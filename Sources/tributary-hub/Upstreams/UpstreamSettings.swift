import Federation
import HubStore
import Replication
import Settings

/// One upstream as an operator gives it, on the command line or in the configuration file.
struct UpstreamSettings: Equatable {
    var endpoint: HubEndpoint
    var node: NodeName
    /// By its absolute path, because the hub may run in another folder.
    var tokenFile: String
    /// The collections that travel; `nil` for all.
    var collections: [CollectionName]?
    var minValue = Upstream.standardMinValue
    /// Seconds.
    var syncInterval = Upstream.standardSyncInterval

    /// As it is stored.
    func upstream(isConfigured: Bool, addedAt: Timestamp) -> Upstream {
        Upstream(
            url: endpoint.text,
            node: node,
            tokenFile: tokenFile,
            collections: collections,
            minValue: minValue,
            syncIntervalSeconds: syncInterval,
            isConfigured: isConfigured,
            addedAt: addedAt
        )
    }

    /// What the operator should know and may want otherwise.
    var warning: String? {
        guard !endpoint.isSecure, !endpoint.isLoopback else { return nil }
        return "the token and the patterns travel unencrypted to \(endpoint.host); use https, or a tunnel"
    }
}

/// The shapes of an upstream's settings, each read strictly; they throw ``InvalidSetting``.
extension UpstreamSettings {
    static func endpoint(_ text: String) throws(InvalidSetting) -> HubEndpoint {
        guard let endpoint = HubEndpoint(text) else {
            throw InvalidSetting(
                description:
                    "'\(harmless(text))' is no hub's address; one is like https://hub.example:8092, without user, "
                    + "password or query"
            )
        }
        let path = endpoint.text.split(separator: "/").dropFirst(2)
        guard let part = path.first(where: parts.contains) else { return endpoint }
        throw InvalidSetting(
            description:
                "it leads to a part of a hub and not to the hub: leave out '/\(part)' and what follows, as in "
                + "https://hub.example:8092"
        )
    }

    /// What paths of a hub's own begin with; the path behind which a hub stands has none of them.
    private static let parts: Set<Substring> = [
        "v1", "n", "manifest", "sync", "healthz", "readyz", "metrics", "openapi.json",
    ]

    /// Why a token that this hub issued to `node` is none for `settings`.
    static func ownToken(of node: NodeName, in settings: UpstreamSettings) -> String {
        "the token in \(settings.tokenFile) is the one of '\(node)' at this hub itself, so that \(settings.endpoint) is either "
            + "this hub or does not know it; use the token that `tributary-hub node add NAME --role hub` prints at the upstream"
    }

    static func minValue(_ number: Double) throws(InvalidSetting) -> Double {
        guard (0...1).contains(number) else { throw InvalidSetting(description: "\(number) is not between 0 and 1") }
        return number
    }

    static func syncInterval(_ seconds: Int64) throws(InvalidSetting) -> Int32 {
        guard let interval = Int32(exactly: seconds), Upstream.syncIntervals.contains(interval) else {
            let (least, greatest) = (Upstream.syncIntervals.lowerBound, Upstream.syncIntervals.upperBound)
            throw InvalidSetting(description: "\(seconds) is no number of seconds from \(least) to \(greatest)")
        }
        return interval
    }

    static func collections(_ names: [String]) throws(InvalidSetting) -> [CollectionName] {
        guard !names.isEmpty else { throw InvalidSetting(description: "names no collection; leave it out for all") }
        var collections: [CollectionName] = []
        for text in names {
            guard let name = CollectionName(text) else {
                throw InvalidSetting(description: "'\(text)' is no collection name: [a-z0-9][a-z0-9._-]{0,63}")
            }
            if !collections.contains(name) { collections.append(name) }
        }
        return collections
    }

    /// `text` as the store knows an address, so that one with a slash at its end is found; as it is where it is none.
    static func address(_ text: String) -> String {
        HubEndpoint(text)?.text ?? text
    }

    /// The address without what may be a password.
    private static func harmless(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        return "…" + text[at...]
    }
}
