package import Federation

/// Wakes those who wait for changes in the feeds.
///
/// A waiter first reads the generation, then looks at the feed, then waits for a later generation: a change between the
/// look and the wait is not missed. A hub is not woken by what it passed on itself; it reads past that when there is
/// news from somebody else, or when it asks again.
package actor FeedSignal {
    private struct Waiter {
        /// What this hub passed on is no news.
        var hub: NodeName?
        var continuation: CheckedContinuation<Void, Never>
    }

    private var changes: UInt64 = 0
    /// Of the changes, those that one hub passed on.
    private var passedOn: [NodeName: UInt64] = [:]
    private var waiters: [UInt64: Waiter] = [:]
    private var nextWaiter: UInt64 = 0
    private var isClosed = false

    package init() {}

    /// Grows with every change announced, apart from those that `hub` passed on.
    package func generation(for hub: NodeName? = nil) -> UInt64 {
        changes - (hub.flatMap { passedOn[$0] } ?? 0)
    }

    /// Announces a change; with `hub`, one of contributions alone, which that hub passed on.
    package func announce(passedOnBy hub: NodeName? = nil) {
        changes += 1
        guard let hub else { return wakeAll() }
        passedOn[hub, default: 0] += 1
        for (number, waiter) in waiters where waiter.hub != hub { release(number) }
    }

    /// Lets everybody go, now and in the future, because the hub is stopping.
    package func close() {
        isClosed = true
        wakeAll()
    }

    private func wakeAll() {
        let woken = waiters
        waiters = [:]
        for waiter in woken.values { waiter.continuation.resume() }
    }

    /// Waits until the generation for `hub` is beyond `generation`, at most for `duration`; returns whether it is.
    package func wait(beyond generation: UInt64, for hub: NodeName? = nil, atMost duration: Duration) async -> Bool {
        guard self.generation(for: hub) == generation, !isClosed, duration > .zero else {
            return self.generation(for: hub) > generation
        }
        let waiter = nextWaiter
        nextWaiter += 1
        let alarm = Task {
            try? await Task.sleep(for: duration)
            release(waiter)
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume()
                } else {
                    waiters[waiter] = Waiter(hub: hub, continuation: continuation)
                }
            }
        } onCancel: {
            Task { await release(waiter) }
        }
        return self.generation(for: hub) > generation
    }

    private func release(_ waiter: UInt64) {
        waiters.removeValue(forKey: waiter)?.continuation.resume()
    }
}
