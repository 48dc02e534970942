import Dispatch
import Synchronization

/// Hands out a fixed number of items; who finds none waits in line, for a bounded time.
///
/// First come, first served. A task that is cancelled while it waits gives up its place.
final class WaitingLine<Item: Sendable>: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Item, any Error>
    }

    private struct State {
        var free: [Item]
        var waiters: [Waiter] = []
        var lastTicket: UInt64 = 0
        var isClosed = false
        var isTimerSet = false
    }

    private enum Entry {
        case waits(setTimer: Bool)
        case gets(Item)
        case closed
    }

    private let state: Mutex<State>
    private let longestWait: Duration
    private let exhausted: PostgresError
    private let timerQueue = DispatchQueue(label: "postgres.waits")

    /// A line for `items`; after `longestWait` a waiter is turned away with `exhausted`.
    init(items: [Item], longestWait: Duration, exhausted: PostgresError) {
        state = Mutex(State(free: items))
        self.longestWait = longestWait
        self.exhausted = exhausted
    }

    var freeCount: Int { state.withLock { $0.free.count } }
    var waitingCount: Int { state.withLock { $0.waiters.count } }

    /// Takes an item, waiting for it when there is none.
    func take() async throws -> Item {
        try Task.checkCancellation()
        let (item, ticket) = try state.withLock { state throws -> (Item?, UInt64) in
            guard !state.isClosed else { throw Self.closed }
            state.lastTicket += 1
            return (state.free.popLast(), state.lastTicket)
        }
        if let item { return item }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(ticket, continuation)
            }
        } onCancel: {
            leave(ticket)
        }
    }

    /// Gives an item back, to the first in line if there is one.
    func giveBack(_ item: Item) {
        let first = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.free.append(item)
                return nil
            }
            return state.waiters.removeFirst()
        }
        first?.continuation.resume(returning: item)
    }

    /// Turns away everybody in line, and everybody who comes later.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: Self.closed) }
    }

    private static var closed: PostgresError { PostgresError(.closed, "the pool was closed") }

    private func enter(_ ticket: UInt64, _ continuation: CheckedContinuation<Item, any Error>) {
        let deadline = ContinuousClock.now + longestWait
        let entry = state.withLock { state -> Entry in
            guard !state.isClosed else { return .closed }
            // One may have come free since the first look.
            if let item = state.free.popLast() { return .gets(item) }
            state.waiters.append(Waiter(ticket: ticket, deadline: deadline, continuation: continuation))
            defer { state.isTimerSet = true }
            return .waits(setTimer: !state.isTimerSet)
        }
        switch entry {
        case .gets(let item): continuation.resume(returning: item)
        case .closed: continuation.resume(throwing: Self.closed)
        case .waits(let setTimer):
            if setTimer { self.setTimer(after: longestWait) }
            // A cancellation that came before the place in line was taken found nobody to send away.
            if Task.isCancelled { leave(ticket) }
        }
    }

    private func leave(_ ticket: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            guard let position = state.waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return state.waiters.remove(at: position)
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    /// One timer serves all: everybody waits equally long, so the first in line is the first to be turned away.
    private func setTimer(after delay: Duration) {
        timerQueue.asyncAfter(deadline: .now() + .milliseconds(Int(delay.positiveMilliseconds))) { [weak self] in
            self?.turnAwayOverdue()
        }
    }

    private func turnAwayOverdue() {
        let now = ContinuousClock.now
        let (overdue, next) = state.withLock { state -> ([Waiter], Duration?) in
            let overdue = Array(state.waiters.prefix { $0.deadline <= now })
            state.waiters.removeFirst(overdue.count)
            state.isTimerSet = !state.waiters.isEmpty
            return (overdue, state.waiters.first.map { $0.deadline - now })
        }
        for waiter in overdue { waiter.continuation.resume(throwing: exhausted) }
        if let next { setTimer(after: next) }
    }
}
