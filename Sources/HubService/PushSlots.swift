import Federation

/// How many pushes may be received at once, in all and by one node: each holds a batch in memory, and one busy node must
/// not keep the others out. Who finds no slot waits in line for a bounded time.
actor PushSlots {
    /// Pushes of one node at once.
    private static let perNode = 4
    /// Pushes at once.
    private static let total = 32
    /// Pushes that may wait, so that waiting costs nothing worth mentioning.
    private static let waiting = 1_024
    private static let longestWait: Duration = .seconds(10)

    private struct Waiter {
        var number: UInt64
        var node: NodeName
        var admitted: CheckedContinuation<Bool, Never>
    }

    private var taken: [NodeName: Int] = [:]
    private var all = 0
    private var line: [Waiter] = []
    private var nextNumber: UInt64 = 0

    /// Runs `receive` in a slot of `node`; throws a ``Problem`` where none became free in time.
    nonisolated func withSlot<Value: Sendable>(
        of node: NodeName,
        _ receive: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard await take(node) else {
            throw Problem(
                503,
                .overloaded,
                "the hub is receiving as many pushes as it can hold; send the same again",
                retryAfterSeconds: HubDeadlines.retryAfterSeconds
            )
        }
        do {
            let value = try await receive()
            await giveBack(node)
            return value
        } catch {
            await giveBack(node)
            throw error
        }
    }

    private func isFree(for node: NodeName) -> Bool {
        all < PushSlots.total && taken[node, default: 0] < PushSlots.perNode
    }

    private func occupy(_ node: NodeName) {
        taken[node, default: 0] += 1
        all += 1
    }

    private func take(_ node: NodeName) async -> Bool {
        if isFree(for: node) {
            occupy(node)
            return true
        }
        guard line.count < PushSlots.waiting else { return false }
        let number = nextNumber
        nextNumber += 1
        let alarm = Task {
            try? await Task.sleep(for: PushSlots.longestWait)
            giveUp(number)
        }
        defer { alarm.cancel() }
        return await withCheckedContinuation { line.append(Waiter(number: number, node: node, admitted: $0)) }
    }

    private func giveUp(_ number: UInt64) {
        guard let position = line.firstIndex(where: { $0.number == number }) else { return }
        line.remove(at: position).admitted.resume(returning: false)
    }

    private func giveBack(_ node: NodeName) {
        all -= 1
        taken[node, default: 1] -= 1
        if taken[node] == 0 { taken[node] = nil }
        // The first who fits, so that a node over its share does not hold up those behind it.
        while let position = line.firstIndex(where: { isFree(for: $0.node) }) {
            let next = line.remove(at: position)
            occupy(next.node)
            next.admitted.resume(returning: true)
        }
    }
}
