import Glibc
internal import Presentation

/// Where a program talks: results to standard output, everything else to standard error.
package final class Console {
    private let isQuiet: Bool
    private let showsProgress: Bool
    private var hasProgressLine = false

    /// A console that, when quiet, says only what went wrong; progress is shown to people alone.
    package init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        showsProgress = !isQuiet && isatty(STDERR_FILENO) == 1
    }

    /// Says `text`, unless quiet.
    package func say(_ text: String) {
        if !isQuiet { complain(text) }
    }

    /// Says `text`, quiet or not; a terminal obeys nothing in it but the ends of its lines.
    package func complain(_ text: String) {
        clearProgress()
        Console.write(Console.harmless(text) + "\n", to: STDERR_FILENO)
    }

    /// Shows how far the work is, in place of what was shown before.
    package func progress(_ text: String) {
        guard showsProgress else { return }
        hasProgressLine = true
        Console.write("\r\u{1B}[K\(text)", to: STDERR_FILENO)
    }

    /// Takes away what ``progress(_:)`` shows.
    package func clearProgress() {
        guard hasProgressLine else { return }
        hasProgressLine = false
        Console.write("\r\u{1B}[K", to: STDERR_FILENO)
    }

    /// Writes `text` as the program's result.
    package func result(_ text: String) {
        clearProgress()
        Console.write(text.isEmpty ? "" : text + "\n", to: STDOUT_FILENO)
    }

    /// Writes `json`, which others wrote, as the program's result; to a terminal with escapes for what it could obey.
    package func resultJSON(_ json: String) {
        result(isatty(STDOUT_FILENO) == 1 ? HarmlessText.ofJSON(json) : json)
    }

    /// Writes `bytes` as a part of the program's result.
    package func result(_ bytes: [UInt8]) {
        Console.write(bytes, to: STDOUT_FILENO)
    }

    /// `text` with nothing in it that a terminal would obey but the ends of its lines.
    package static func harmless(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { HarmlessText.of(String($0)) }
            .joined(separator: "\n")
    }

    private static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    /// A reader that has gone does not change what was done, so a failed write ends the text and nothing else.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            guard count > 0 || errno == EINTR else { return }
            written += max(count, 0)
        }
    }
}
