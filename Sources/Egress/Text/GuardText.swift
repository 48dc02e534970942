internal import Glibc

/// One text under inspection, as the bytes that its reader would see.
///
/// Reading beyond its ends is allowed and answers 0, which no text holds: a rule need not ask where the text ends.
struct GuardText {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    var hasBackslash: Bool {
        guard let base = bytes.baseAddress else { return false }
        return memchr(base, 0x5C, bytes.count) != nil
    }

    /// Whether something in the text may read otherwise than it is written.
    var isEscaped: Bool {
        guard let base = bytes.baseAddress else { return false }
        return memchr(base, 0x5C, bytes.count) != nil || memchr(base, 0x1B, bytes.count) != nil
            || holdsWrittenSequence(from: base)
    }

    /// Whether a terminal's sequence stands anywhere that lost its escape, or shows it as `^[`.
    private func holdsWrittenSequence(from base: UnsafeRawPointer) -> Bool {
        var index = 0
        while index < bytes.count, let next = memchr(base + index, 0x5B, bytes.count - index) {
            index = UnsafeRawPointer(next) - base
            if TerminalSequence.lengthOfWritten(in: self, at: index) != nil { return true }
            index += 1
        }
        return false
    }

    subscript(index: Int) -> UInt8 {
        index >= 0 && index < bytes.count ? bytes[index] : 0
    }

    /// Where the bytes of `members` that begin at `start` end, after at most `limit` of them.
    func end(of members: ByteClass, from start: Int, limit: Int) -> Int {
        var index = max(start, 0)
        let last = min(bytes.count, start + limit)
        while index < last, members.contains(bytes[index]) { index += 1 }
        return max(index, start)
    }

    /// Where the bytes of `members` that end before `end` begin, at most `limit` of them.
    func start(of members: ByteClass, before end: Int, limit: Int) -> Int {
        var index = end
        let first = max(0, end - limit)
        while index > first, members.contains(bytes[index - 1]) { index -= 1 }
        return index
    }

    /// Whether `literal` stands at `index`.
    func has(_ literal: [UInt8], at index: Int) -> Bool {
        guard index >= 0, index + literal.count <= bytes.count else { return false }
        for offset in literal.indices where bytes[index + offset] != literal[offset] { return false }
        return true
    }

    /// Whether `literal`, which is in lower case, stands at `index` in any case.
    func hasFolded(_ literal: [UInt8], at index: Int) -> Bool {
        guard index >= 0, index + literal.count <= bytes.count else { return false }
        for offset in literal.indices where Fold.lower(bytes[index + offset]) != literal[offset] { return false }
        return true
    }

    /// Whether `literal`, which is in lower case, stands anywhere in `range`, in any case.
    func holdsFolded(_ literal: String, in range: Range<Int>) -> Bool {
        firstFolded(literal, in: range) != nil
    }

    /// Where `literal`, which is in lower case, first stands in `range`, in any case.
    func firstFolded(_ literal: String, in range: Range<Int>) -> Int? {
        let sought = Array(literal.utf8)
        let range = range.clamped(to: 0..<bytes.count)
        guard let small = sought.first, range.count >= sought.count else { return nil }
        let capital = Fold.upper(small)
        for index in range.lowerBound...(range.upperBound - sought.count) {
            let byte = bytes[index]
            if byte == small || byte == capital, hasFolded(sought, at: index) { return index }
        }
        return nil
    }

    /// The bytes of `range`, as far as they are there.
    func copy(_ range: Range<Int>) -> [UInt8] {
        Array(bytes[range.clamped(to: 0..<bytes.count)])
    }

    /// The bytes of `range` in lower case.
    func folded(_ range: Range<Int>) -> String {
        String(decoding: copy(range).map(Fold.lower), as: UTF8.self)
    }

    /// The part of `range`, without a copy.
    func part(_ range: Range<Int>) -> GuardText {
        GuardText(UnsafeRawBufferPointer(rebasing: bytes[range.clamped(to: 0..<bytes.count)]))
    }
}

/// Case of ASCII letters.
enum Fold {
    static func lower(_ byte: UInt8) -> UInt8 {
        ByteClass.upperCase.contains(byte) ? byte | 0x20 : byte
    }

    static func upper(_ byte: UInt8) -> UInt8 {
        ByteClass.lowerCase.contains(byte) ? byte & ~0x20 : byte
    }
}
