import Dispatch

/// Runs what reads and writes files on a thread of its own, which may block.
final class FileQueue: SerialExecutor {
    private let queue = DispatchQueue(label: "tributary.files")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}
