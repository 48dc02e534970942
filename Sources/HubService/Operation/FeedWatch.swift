import HubStore
import ServiceLifecycle

/// Passes on to waiting requests that feeds have changed.
struct FeedWatch: Service {
    let listener: FeedListener
    let signal: FeedSignal

    func run() async throws {
        try await cancelWhenGracefulShutdown { [listener, signal] in
            do {
                try await listener.run { await signal.announce(passedOnBy: $0) }
            } catch is CancellationError {
                return
            }
        }
    }
}

/// Lets waiting requests go when the hub is stopping, before the server waits for them.
///
/// To be stopped first.
struct WaitersRelease: Service {
    let signal: FeedSignal

    func run() async throws {
        try? await gracefulShutdown()
        await signal.close()
    }
}
