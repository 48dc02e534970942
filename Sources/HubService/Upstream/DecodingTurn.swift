import Dispatch

/// Has what upstreams sent be decoded one after the other, where it is long: decoded, it takes many times its bytes.
///
/// All links of a hub share one, so that memory does not grow with the number of upstreams that send without end.
final class DecodingTurn: Sendable {
    private let turn = DispatchSemaphore(value: 1)

    /// Does `body` when nobody else decodes, and blocks the thread until then, which is one of a link's own.
    func take(_ body: () throws -> Void) rethrows {
        turn.wait()
        defer { turn.signal() }
        try body()
    }
}
