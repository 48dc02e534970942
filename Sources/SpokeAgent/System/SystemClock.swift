package import Federation
import Glibc
package import Replication

/// Time and waiting as the operating system offers them.
package enum SystemClock {
    /// The longest wait before the wish to stop is looked at again, in milliseconds.
    private static let sliceMilliseconds: Int64 = 200

    /// The present time.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Waits for `duration`, or until `shouldStop` says so.
    package static func pause(_ duration: Duration, unless shouldStop: () -> Bool) {
        let clock = ContinuousClock()
        let end = clock.now + duration
        while !shouldStop() {
            let rest = (end - clock.now) / .milliseconds(1)
            guard rest > 0 else { return }
            poll(nil, 0, Int32(max(1, min(rest, Double(sliceMilliseconds)))))
        }
    }

    /// The environment of a program that signals stop.
    package static var environment: RunEnvironment {
        RunEnvironment(
            now: now,
            chance: { Double.random(in: 0..<1) },
            pause: { pause($0, unless: SignalFlag.isSet) },
            shouldStop: SignalFlag.isSet
        )
    }
}
