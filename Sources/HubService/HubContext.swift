import Federation
import HubStore
import Hummingbird
import Logging
import NIOCore

/// What a request carries through the hub.
struct HubContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who is asking, once authenticated.
    var node: EnrolledNode?
    /// Names the request in logs and problems.
    var requestID: String
    /// The connection that it came on.
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = ""
        channel = source.channel
    }

    /// Tells the connection what became of the request.
    func tell(_ event: ConnectionEvent) {
        channel.triggerUserOutboundEvent(event, promise: nil)
    }

    /// The authenticated node; throws where a route forgot to ask for one.
    func requireNode() throws -> EnrolledNode {
        guard let node else { throw Problem(401, .unauthorized, "send the node's token as a bearer token") }
        return node
    }
}
