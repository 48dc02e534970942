import Federation
import Replication
import SpokeAgent

/// Time that passes only when somebody waits, and chance without any.
final class TestClock {
    /// Later than any file the tests write.
    var now = SystemClock.now().adding(seconds: 3_600)
    /// What passes whatever the clock is set to.
    var elapsed = Duration.zero
    var pauses: [Duration] = []
    var chance = 0.5
    var shouldStop = false
    /// Called at each pause.
    var onPause: () -> Void = {}

    var environment: RunEnvironment {
        RunEnvironment(
            now: { self.now },
            chance: { self.chance },
            pause: { duration in
                self.pauses.append(duration)
                self.advance(duration)
                self.onPause()
            },
            shouldStop: { self.shouldStop },
            elapsed: { self.elapsed }
        )
    }

    /// Sets the clock to another time, which nobody waited for.
    func set(_ duration: Duration) {
        now = Timestamp(microseconds: now.microseconds + Int64(duration / .microseconds(1)))
    }

    func advance(_ duration: Duration) {
        elapsed += duration
        now = Timestamp(microseconds: now.microseconds + Int64(duration / .microseconds(1)))
    }
}
