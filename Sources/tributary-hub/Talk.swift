import Glibc

/// What is said on standard error, beside the result.
enum Talk {
    static func note(_ text: String) {
        put(text + "\n")
    }

    /// Says that a hub is made where there was none: the path may be misspelt.
    static func newHub(_ directory: String) {
        note("there was no hub in \(directory); making one")
    }

    /// Progress, where somebody is watching.
    static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        put("\r\(text)")
    }

    static func endProgress() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        put("\n")
    }

    private static func put(_ text: String) {
        // Both streams may end up in one file, where what was printed first is to stand first.
        fflush(nil)
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
