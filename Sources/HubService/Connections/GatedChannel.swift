import HummingbirdCore
import Logging
import NIOCore

/// A connection that speaks HTTP/1.1 behind a ``ConnectionGate``.
struct GatedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let http: HTTP1Channel
    let connections: OpenConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // First, so that what it writes goes out as it is.
            try channel.pipeline.syncOperations.addHandler(ConnectionGate(connections), position: .first)
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
