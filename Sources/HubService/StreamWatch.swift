import HubStore

/// Takes the database connection away from a stream whose reader takes nothing any more, so that a client that went to
/// sleep in the middle of a pull costs the others nothing.
///
/// The stream then breaks off.
struct StreamWatch {
    private static let interval: Duration = .seconds(5)

    private let task: Task<Void, Never>

    /// Begins to watch `stream`.
    init(_ stream: some StreamedRead) {
        task = Task {
            let end = ContinuousClock.now + .seconds(HubDeadlines.pullSeconds)
            var seen = (chunks: -1, at: ContinuousClock.now)
            while !Task.isCancelled, .now < end {
                let chunks = await stream.chunks
                if chunks != seen.chunks { seen = (chunks, .now) }
                if .now - seen.at >= .seconds(HubDeadlines.stalledReaderSeconds) { break }
                try? await Task.sleep(for: StreamWatch.interval)
            }
            if !Task.isCancelled { await stream.abandon() }
        }
    }

    /// Ends watching.
    func cancel() {
        task.cancel()
    }
}
