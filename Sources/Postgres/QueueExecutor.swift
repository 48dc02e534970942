import Dispatch

/// Runs an actor's work on a dispatch queue of its own, so that the work may block.
///
/// Swift's cooperative pool has one thread per core; a blocking call there stops every task of the program.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}
