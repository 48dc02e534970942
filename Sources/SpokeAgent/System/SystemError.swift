import Glibc

/// The system's words for what went wrong.
enum SystemError {
    /// The words for the latest failed call.
    static func text() -> String {
        text(errno)
    }

    static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
