import Dispatch
import Synchronization

/// Asynchronous work for a thread that may block: the only way from the threads of a link to the store.
///
/// Never to be called on Swift's cooperative pool, which it would keep from doing the very work that is waited for.
enum BlockingCall {
    /// Does `work` elsewhere and waits for its end, which is bounded by what bounds `work`; throws what it throws.
    static func result<Value: Sendable>(of work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        Task.detached {
            do {
                outcome.set(.success(try await work()))
            } catch {
                outcome.set(.failure(error))
            }
        }
        return try outcome.wait().get()
    }

    /// What became of the work, once it ended.
    private final class Outcome<Value: Sendable>: Sendable {
        private let result = Mutex<Result<Value, any Error>?>(nil)
        private let ended = DispatchSemaphore(value: 0)

        func set(_ value: Result<Value, any Error>) {
            result.withLock { $0 = value }
            ended.signal()
        }

        func wait() -> Result<Value, any Error> {
            ended.wait()
            // It is set before the signal is given.
            return result.withLock { $0 } ?? .failure(CancellationError())
        }
    }
}
