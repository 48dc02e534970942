/// Wakes those who wait for changes in the feeds.
///
/// A waiter first reads ``generation``, then looks at the feed, then waits for a later generation: a change between the
/// look and the wait is not missed.
actor FeedSignal {
    /// Grows with every change announced.
    private(set) var generation: UInt64 = 0
    private var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter: UInt64 = 0
    private var isClosed = false

    /// Announces a change.
    func announce() {
        generation += 1
        wakeAll()
    }

    /// Lets everybody go, now and in the future, because the hub is stopping.
    func close() {
        isClosed = true
        wakeAll()
    }

    private func wakeAll() {
        let woken = waiters
        waiters = [:]
        for waiter in woken.values { waiter.resume() }
    }

    /// Waits until the generation is beyond `generation`, at most for `duration`; returns whether it is.
    func wait(beyond generation: UInt64, for duration: Duration) async -> Bool {
        guard self.generation == generation, !isClosed, duration > .zero else {
            return self.generation > generation
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
                if Task.isCancelled { continuation.resume() } else { waiters[waiter] = continuation }
            }
        } onCancel: {
            Task { await release(waiter) }
        }
        return self.generation > generation
    }

    private func release(_ waiter: UInt64) {
        waiters.removeValue(forKey: waiter)?.resume()
    }
}
