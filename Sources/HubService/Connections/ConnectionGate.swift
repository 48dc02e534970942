import NIOCore

/// Stands between a connection and what reads and writes HTTP on it: keeps the list of open connections, and answers
/// `100 Continue`, which the server does not know.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let goOn = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

    private let connections: OpenConnections
    /// Its number among the open connections, while it is one.
    private var number: UInt64?
    private var isProven = false

    init(_ connections: OpenConnections) {
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { open(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        open(context)
        context.fireChannelActive()
    }

    private func open(_ context: ChannelHandlerContext) {
        guard number == nil else { return }
        number = connections.opened(context.channel, at: .now)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let number { connections.closed(number) }
        number = nil
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let number, !isProven { connections.answered(number, at: .now) }
        context.write(data, promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let event = event as? ConnectionEvent else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        switch event {
        case .asked: if let number, !isProven { connections.asked(number) }
        case .proven:
            isProven = true
            if let number { connections.proven(number) }
        case .bodyWanted: context.writeAndFlush(wrapOutboundOut(ConnectionGate.goOn), promise: nil)
        }
        promise?.succeed()
    }
}
