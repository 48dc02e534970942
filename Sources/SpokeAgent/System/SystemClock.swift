package import Federation
import Glibc
package import Replication

/// Time and waiting as the operating system offers them.
package enum SystemClock {
    /// The longest wait before the wish to stop is looked at again where nothing wakes the wait, in milliseconds.
    private static let sliceMilliseconds = 200.0
    /// The longest wait before whoever wants to know that the program is alive is told so.
    package static let longestSilence = Duration.seconds(60)

    /// The present time.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// The time since the machine was started, also while it slept.
    package static func elapsed() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    /// Waits for `duration`, or until `shouldStop` says so, which is asked after `longestSilence` at the latest.
    ///
    /// Where a signal can wake it, it sleeps all the while.
    package static func pause(
        _ duration: Duration,
        longestSilence: Duration = SystemClock.longestSilence,
        unless shouldStop: () -> Bool
    ) {
        let wake = SignalFlag.wakeDescriptor
        let slice = wake == nil ? sliceMilliseconds : longestSilence / .milliseconds(1)
        let end = elapsed() + duration
        while !shouldStop() {
            let rest = (end - elapsed()) / .milliseconds(1)
            guard rest > 0 else { return }
            let milliseconds = Int32(max(1, min(rest.rounded(.up), slice)))
            if let wake {
                var descriptor = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
                poll(&descriptor, 1, milliseconds)
            } else {
                poll(nil, 0, milliseconds)
            }
        }
    }

    /// The environment of a program that signals stop.
    package static var environment: RunEnvironment {
        environment(longestSilence: longestSilence) {}
    }

    /// The environment of a program that signals stop, and that calls `isAlive` whenever it looks for them: at least once
    /// in each `longestSilence`.
    package static func environment(
        longestSilence: Duration,
        isAlive: @escaping () -> Void
    ) -> RunEnvironment {
        let shouldStop = {
            isAlive()
            return SignalFlag.isSet()
        }
        return RunEnvironment(
            now: now,
            chance: { Double.random(in: 0..<1) },
            pause: { pause($0, longestSilence: longestSilence, unless: shouldStop) },
            shouldStop: shouldStop,
            elapsed: elapsed
        )
    }
}
