package import Federation
import Glibc

/// The outside world's time and randomness, for programs; everything below them is handed both.
package enum Live {
    /// The system's clock.
    package static let now: @Sendable () -> Timestamp = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// 16 random bytes in the form of a UUID of version 4.
    package static let newIdentity: @Sendable () -> [UInt8] = {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes
    }
}
