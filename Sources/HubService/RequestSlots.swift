import Federation

/// How many costly requests of one kind may be at work at once, in all and of one node: one busy node must not keep the
/// others out.
///
/// Who finds no slot waits in line for a bounded time.
actor RequestSlots {
    /// Requests that may wait, so that waiting costs nothing worth mentioning.
    private static let waiting = 1_024
    private static let longestWait: Duration = .seconds(10)

    private let perNode: Int
    private let total: Int

    private struct Waiter {
        var number: UInt64
        var node: NodeName
        var admitted: CheckedContinuation<Bool, Never>
    }

    private var taken: [NodeName: Int] = [:]
    private var all = 0
    private var line: [Waiter] = []
    private var nextNumber: UInt64 = 0

    /// Slots for so many requests at once, and for so many of one node.
    init(perNode: Int, total: Int) {
        self.perNode = perNode
        self.total = total
    }

    /// A place, given back when nobody holds it any more, however the request ended.
    final class Slot: Sendable {
        private let slots: RequestSlots
        private let node: NodeName

        fileprivate init(_ slots: RequestSlots, _ node: NodeName) {
            self.slots = slots
            self.node = node
        }

        deinit {
            let (slots, node) = (slots, node)
            Task { await slots.giveBack(node) }
        }
    }

    /// A slot of `node`; throws a ``Problem`` where none became free in time.
    nonisolated func slot(of node: NodeName) async throws -> Slot {
        guard await take(node) else {
            throw Problem(
                503,
                .overloaded,
                "the hub is serving as many requests of this kind as it can; send the same again",
                retryAfterSeconds: HubDeadlines.retryAfterSeconds
            )
        }
        return Slot(self, node)
    }

    /// Whether so many requests are at work that each has to be modest: more than a quarter of the places are taken.
    var isCrowded: Bool { all > total / 4 }

    private func isFree(for node: NodeName) -> Bool {
        all < total && taken[node, default: 0] < perNode
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
        guard line.count < RequestSlots.waiting else { return false }
        let number = nextNumber
        nextNumber += 1
        let alarm = Task {
            try? await Task.sleep(for: RequestSlots.longestWait)
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
