/// A way to exchange requests and replies with one hub.
package protocol HubTransport: AnyObject {
    /// Sends `request`, and calls `onHead` with the head of a successful reply and `onBody` with each piece of its body.
    ///
    /// Throws a ``ReplicationError`` where there is no whole reply, and what a callback throws, which ends the exchange.
    /// A reply with an unsuccessful status is a reply.
    func exchange(
        _ request: HubRequest,
        onHead: (HubReply) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HubReply
}
