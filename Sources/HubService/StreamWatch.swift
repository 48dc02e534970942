import HubStore

/// Takes the database connection away from a stream whose reader takes nothing any more, so that a client that went to
/// sleep in the middle of a pull costs the others nothing. The stream then breaks off.
struct StreamWatch {
    private let task: Task<Void, Never>

    /// Begins to watch `stream`.
    init(_ stream: some StreamedRead) {
        task = Task {
            let end = ContinuousClock.now + .seconds(HubDeadlines.pullSeconds)
            var seen = -1
            while !Task.isCancelled, .now < end {
                let chunks = await stream.chunks
                if chunks == seen { break }
                seen = chunks
                try? await Task.sleep(for: .seconds(HubDeadlines.stalledReaderSeconds))
            }
            if !Task.isCancelled { await stream.abandon() }
        }
    }

    /// Ends watching.
    func cancel() {
        task.cancel()
    }
}
