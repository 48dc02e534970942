internal import Glibc

/// A part of canonical text, without a copy of it; equal to another where the bytes are.
///
/// Canonical text has one spelling for each value, so equal slices are equal values.
package struct CanonicalSlice: Sendable, Hashable {
    private let text: [UInt8]
    private let range: Range<Int>

    /// All of `text`.
    package init(_ text: [UInt8]) {
        self.init(text, text.indices)
    }

    /// The `range` of `text`, which lies within it.
    init(_ text: [UInt8], _ range: Range<Int>) {
        self.text = text
        self.range = range
    }

    package var count: Int { range.count }

    /// The first byte, by which JSON tells the type of a value.
    package var first: UInt8? { range.isEmpty ? nil : text[range.lowerBound] }

    package var bytes: ArraySlice<UInt8> { text[range] }

    /// Calls `body` with the bytes.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try text.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// The elements, where this is an array; `nil` where it is anything else.
    package var elements: [CanonicalSlice]? {
        guard first == UInt8(ascii: "[") else { return nil }
        return text.withUnsafeBytes { bytes in
            var scanner = CanonicalScanner(bytes, range)
            guard scanner.take(UInt8(ascii: "[")) else { return nil }
            var found: [CanonicalSlice] = []
            if scanner.take(UInt8(ascii: "]")) { return scanner.isAtEnd ? found : nil }
            found.reserveCapacity(8)
            while true {
                let start = scanner.index
                guard scanner.skipValue() else { return nil }
                found.append(CanonicalSlice(text, start..<scanner.index))
                if scanner.take(UInt8(ascii: ",")) { continue }
                return scanner.take(UInt8(ascii: "]")) && scanner.isAtEnd ? found : nil
            }
        }
    }

    package static func == (left: CanonicalSlice, right: CanonicalSlice) -> Bool {
        guard left.count == right.count else { return false }
        guard left.count > 0 else { return true }
        return left.withUnsafeBytes { mine in
            right.withUnsafeBytes { other in
                guard let mine = mine.baseAddress, let other = other.baseAddress else { return false }
                return memcmp(mine, other, left.count) == 0
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
