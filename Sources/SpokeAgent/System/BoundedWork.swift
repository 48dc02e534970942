import Glibc
internal import Synchronization

/// Work that is waited for no longer than a deadline, though nothing may be able to end it.
package enum BoundedWork {
    /// What `body` returns, on a thread of its own; `nil` where it is not there after `deadline`.
    ///
    /// Then the thread goes on until its work ends, or the program.
    package static func run<Outcome: Sendable>(
        within deadline: Duration,
        _ body: @escaping @Sendable () -> Outcome
    ) -> Outcome? {
        let result = Result<Outcome>()
        let work = Unmanaged.passRetained(Work { result.set(body()) })
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            work.toOpaque()
        )
        guard status == 0 else {
            // Without a thread there is no deadline, but still an answer.
            work.release()
            return body()
        }
        pthread_detach(thread)
        let clock = ContinuousClock()
        let end = clock.now + deadline
        while clock.now < end {
            if let outcome = result.value { return outcome }
            SystemClock.pause(DoctorLimits.pause, unless: { false })
        }
        return result.value
    }

    /// A closure as an object, which is what a thread of C can be given.
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private final class Result<Outcome: Sendable>: Sendable {
        private let outcome = Mutex<Outcome?>(nil)

        var value: Outcome? { outcome.withLock { $0 } }

        func set(_ value: Outcome) { outcome.withLock { $0 = value } }
    }
}
