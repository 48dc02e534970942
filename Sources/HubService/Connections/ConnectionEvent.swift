/// What a request's handling tells the connection that it came on, as an outbound event of its channel.
enum ConnectionEvent: Sendable {
    /// A request's head has come.
    case asked
    /// It showed the token of an enrolled node.
    case proven
    /// Its client waits to be told that its body is wanted.
    case bodyWanted
}
