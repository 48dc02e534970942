import Digest

/// Contents by the names that people give them: their number, or the first digits of their checksum.
extension [ConflictVersion] {
    /// Digits of a checksum that name a content: with fewer it is a number.
    private static var digits: ClosedRange<Int> { 6...64 }

    /// The contents that `name` may mean: none, one, or several whose checksums begin alike.
    package func named(_ name: String) -> [ConflictVersion] {
        guard Self.isChecksum(name) else { return Int(name).map { number in filter { $0.number == number } } ?? [] }
        let digits = name.lowercased()
        return filter { $0.checksum.hex.hasPrefix(digits) }
    }

    /// Whether `name` is a checksum or the beginning of one, rather than a number.
    package static func isChecksum(_ name: String) -> Bool {
        digits.contains(name.utf8.count) && name.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }
}

extension ConflictVersion {
    /// Digits of a checksum that tell contents apart for a person.
    private static let shownDigits = 12

    /// As much of the checksum as names the content in a command.
    package var shortName: String { String(checksum.hex.prefix(ConflictVersion.shownDigits)) }
}
