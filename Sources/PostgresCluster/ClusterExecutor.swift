import Dispatch

/// Runs the cluster's work on a queue of its own, because it waits for processes and sockets.
final class ClusterExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "postgres.cluster")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}
