/// Why bytes could not be compressed or decompressed.
package struct GzipError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to answer differently.
    package enum Kind: Equatable, Sendable {
        /// The input is not gzip, its checksum is wrong, or something else follows its last member.
        case corrupt

        /// The output would pass `GzipInflater.Limits`; nothing beyond the limit was produced.
        case tooLarge

        /// The input ended before its last member did.
        case truncated

        /// The memory for the compressor's window could not be had.
        case outOfMemory
    }

    /// What kind of failure it was.
    package let kind: Kind

    /// The detail in words; it never holds any of the data.
    package let message: String

    /// An error of `kind` with its detail in words.
    package init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String {
        switch kind {
        case .corrupt: "The gzip data is damaged (\(message)). Send it again."
        case .tooLarge: "The gzip data holds too much (\(message)). Send it in smaller parts."
        case .truncated: "The gzip data ends too early (\(message)). Send it again, in full."
        case .outOfMemory: "There is no memory for gzip (\(message)). Free memory, then try again."
        }
    }
}
