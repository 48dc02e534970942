import Federation
import HubStore
import Logging
import ServiceLifecycle

/// Keeps a link to every upstream for which this process has the lease.
struct UpstreamLinks: Service {
    /// How often the list of upstreams is read, and leases are prolonged.
    private static let interval = Duration.seconds(2)
    /// How long a lease lasts: another process waits so long for one that is gone.
    private static let leaseSeconds: Int64 = 15

    let hub: Hub
    /// Names this process among those that share the database, 16 bytes.
    let holder: [UInt8]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var links: [String: UpstreamLink] = [:]
            while !Task.isCancelled {
                do {
                    try await follow(try await hub.store.upstreams(), &links)
                } catch is CancellationError {
                    break
                } catch {
                    // A lease that could not be prolonged lapses by itself; the link's own writes fail as well.
                    hub.logger.warning("upstreams cannot be read", metadata: ["error": .string("\(error)")])
                }
                try? await Task.sleep(for: UpstreamLinks.interval)
            }
            for url in links.keys { await drop(url, &links) }
        }
    }

    /// Starts, keeps and ends links as `upstreams` says.
    private func follow(_ upstreams: [Upstream], _ links: inout [String: UpstreamLink]) async throws {
        let wanted = Dictionary(upstreams.map { ($0.url, $0) }, uniquingKeysWith: { $1 })
        for (url, link) in links where wanted[url].map({ $0.isSetUp(as: link.upstream) }) != true {
            await drop(url, &links)
        }
        for upstream in upstreams {
            let now = hub.now()
            let isGranted = try await hub.store.leaseUpstream(
                upstream.url,
                holder: holder,
                until: now.adding(seconds: UpstreamLinks.leaseSeconds),
                now: now
            )
            if !isGranted {
                await drop(upstream.url, &links)
            } else if links[upstream.url] == nil {
                do {
                    let link = try UpstreamLink(to: upstream, hub: hub)
                    links[upstream.url] = link
                    link.start()
                } catch {
                    try await hub.store.noteFailure(of: upstream.url, "\(error)", now: now)
                }
            }
        }
    }

    private func drop(_ url: String, _ links: inout [String: UpstreamLink]) async {
        guard let link = links.removeValue(forKey: url) else { return }
        await link.end()
        // In a task of its own, because this one may be cancelled already. What cannot be given back lapses.
        let (store, holder) = (hub.store, holder)
        try? await Task { try await store.releaseUpstream(url, holder: holder) }.value
    }
}

extension Upstream {
    /// Whether both were set up in the same way.
    fileprivate func isSetUp(as other: Upstream) -> Bool {
        node == other.node && tokenFile == other.tokenFile && collections == other.collections
            && minValue == other.minValue && syncIntervalSeconds == other.syncIntervalSeconds
    }
}
