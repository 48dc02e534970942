import Glibc

/// Pipes that no other program gets to see unless it is given one of them.
enum Pipe {
    /// The ends of a new pipe; `nil` where the system gives none.
    static func make(isNonBlocking: Bool) -> (readEnd: Int32, writeEnd: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            if isNonBlocking { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }
        }
        return (ends[0], ends[1])
    }
}
