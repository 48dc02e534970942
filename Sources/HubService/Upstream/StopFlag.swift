import Federation
import Glibc
import Replication
import Synchronization

/// Whether a link was asked to end, and waits that look at it.
final class StopFlag: Sendable {
    /// The longest wait before the flag is looked at again, in milliseconds.
    private static let sliceMilliseconds = 50.0

    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() {
        flag.store(true, ordering: .relaxed)
    }

    /// Blocks the thread for `duration`, or until the flag is set, or until `isDone`.
    func pause(_ duration: Duration, unless isDone: () -> Bool = { false }) {
        let clock = ContinuousClock()
        let end = clock.now + duration
        while !isSet, !isDone() {
            let rest = (end - clock.now) / .milliseconds(1)
            guard rest > 0 else { return }
            poll(nil, 0, Int32(max(1, min(rest, StopFlag.sliceMilliseconds))))
        }
    }

    /// What a client on a thread of its own needs to know of the outside.
    func environment(now: @escaping @Sendable () -> Timestamp) -> RunEnvironment {
        RunEnvironment(
            now: now,
            chance: { Double.random(in: 0..<1) },
            pause: { self.pause($0) },
            shouldStop: { self.isSet }
        )
    }
}
