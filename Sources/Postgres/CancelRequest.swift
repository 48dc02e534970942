import CLibPQ
import Dispatch
import Synchronization

/// A request to the server to stop what one session is doing, sent over a connection of its own.
///
/// libpq has no deadline for it: a server that is frozen as a whole would hold the caller for ever. So it is sent from
/// a queue that nobody waits for, and when too many are stuck there, further ones are left out.
struct CancelRequest {
    private let address: UInt

    private static let queue = DispatchQueue(label: "postgres.cancel")
    private static let pending = Mutex(0)
    private static let largestPending = 16

    /// Nil when the session never got as far as having something to cancel.
    init?(of connection: OpaquePointer) {
        guard let request = PQgetCancel(connection) else { return nil }
        // An address crosses to the other thread; a pointer type would not be allowed to. It has one owner throughout.
        address = UInt(bitPattern: request)
    }

    /// Sends the request and frees it.
    consuming func sendInBackground() {
        let address = address
        let isAdmitted = Self.pending.withLock { pending in
            guard pending < Self.largestPending else { return false }
            pending += 1
            return true
        }
        guard isAdmitted else {
            PQfreeCancel(OpaquePointer(bitPattern: address))
            return
        }
        Self.queue.async {
            let request = OpaquePointer(bitPattern: address)
            // The message is not wanted, but libpq writes one; it truncates to the buffer's size.
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(request, &message, Int32(message.count))
            PQfreeCancel(request)
            Self.pending.withLock { $0 -= 1 }
        }
    }
}
