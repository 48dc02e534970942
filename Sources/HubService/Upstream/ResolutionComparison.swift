import Digest
import Federation
import HubStore
import JSON
import Replication

/// Finds out which resolutions about one collection this hub and an upstream do not both have, and exchanges them.
///
/// Where counts or digests differ both feeds are read: resolutions are few.
struct ResolutionComparison {
    /// Resolutions read of one side; a feed with more is compared no further.
    private static let greatestCount = 100_000

    let link: UpstreamLink
    let client: HubClient
    let collection: CollectionName
    /// The upstream's name in paths.
    let relay: NodeName

    /// What one side has and the other has not, by digest.
    struct Result {
        var lackingHere: [SHA256Digest: Resolution] = [:]
        var lackingThere: [SHA256Digest: Resolution] = [:]
        var requests: Int64 = 0

        var count: Int { lackingHere.count + lackingThere.count }
    }

    /// Whether both have the same by count and digest, of which the upstream's are `there`.
    func agrees(with there: SetDigest?) throws -> Bool {
        guard let there else { return true }
        let (store, collection) = (link.hub.store, collection)
        return try BlockingCall.result { try await store.resolutionSet(of: collection) } == there
    }

    func run() throws -> Result {
        var result = Result()
        let here = try ownResolutions()
        let there = try upstreamResolutions(&result.requests)
        result.lackingHere = there.filter { here[$0.key] == nil }
        result.lackingThere = here.filter { there[$0.key] == nil }
        return result
    }

    /// Takes in and sends what `result` says; returns how many were new here, and there.
    func exchange(_ result: Result) throws -> (fetched: Int64, pushed: Int64) {
        let (store, collection, relay, now) = (link.hub.store, collection, relay, link.hub.now)
        let lackingHere = result.lackingHere.values.sorted { $1.isNewer(than: $0) }
        var fetched = 0
        for portion in portions(of: lackingHere) {
            fetched += try BlockingCall.result {
                try await store.relay(portion, by: relay, into: collection, now: now)
            }
        }
        var pushed: Int64 = 0
        for portion in portions(of: result.lackingThere.values.sorted { $1.isNewer(than: $0) }) {
            var body: [UInt8] = []
            var count = 0
            for (index, resolution) in portion.enumerated() {
                resolution.line.append(to: &body)
                body.append(UInt8(ascii: "\n"))
                count += 1
                guard body.count >= Limits.batchBytes || index == portion.count - 1 else { continue }
                let (text, lines) = (body, count)
                pushed += try client.retrying { try client.push(resolutions: text, count: lines, to: collection) }
                    .accepted
                (body, count) = ([], 0)
            }
        }
        return (Int64(fetched), pushed)
    }

    private func portions(of resolutions: [Resolution]) -> [[Resolution]] {
        stride(from: 0, to: resolutions.count, by: TransferLimits.resolutionItems).map {
            Array(resolutions[$0...].prefix(TransferLimits.resolutionItems))
        }
    }

    private func ownResolutions() throws -> [SHA256Digest: Resolution] {
        let (store, collection, hasher) = (link.hub.store, collection, SHA256())
        var found: [SHA256Digest: Resolution] = [:]
        var number: Int64 = 0
        while found.count < ResolutionComparison.greatestCount {
            let after = number
            let portion = try BlockingCall.result {
                try await store.resolutionsToRelay(
                    of: collection,
                    after: after,
                    maximumItems: TransferLimits.resolutionItems
                )
            }
            for line in portion.body.split(separator: UInt8(ascii: "\n")) {
                let root = try JSONDocument(parsing: Array(line)).root
                let resolution = try Resolution(root, collection: collection, hasher: hasher)
                found[resolution.itemDigest(in: collection, hasher: hasher)] = resolution
            }
            guard portion.through > after else { break }
            number = portion.through
        }
        return found
    }

    private func upstreamResolutions(_ requests: inout Int64) throws -> [SHA256Digest: Resolution] {
        let hasher = SHA256()
        var found: [SHA256Digest: Resolution] = [:]
        var cursor: String?
        while found.count < ResolutionComparison.greatestCount {
            let since = cursor
            let portion = try client.retrying { try client.resolutions(of: collection, since: since) }
            requests += 1
            for resolution in portion.resolutions {
                found[resolution.itemDigest(in: collection, hasher: hasher)] = resolution
            }
            guard portion.hasMore, portion.cursor != since else { break }
            cursor = portion.cursor
        }
        return found
    }
}
