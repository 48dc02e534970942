import Federation
import Replication
import SpokeAgent

/// Time that passes only when somebody waits, and chance without any.
final class TestClock {
    /// Later than any file the tests write.
    var now = SystemClock.now().adding(seconds: 3_600)
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
            shouldStop: { self.shouldStop }
        )
    }

    func advance(_ duration: Duration) {
        now = Timestamp(microseconds: now.microseconds + Int64(duration / .microseconds(1)))
    }
}
