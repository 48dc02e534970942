/// Finds the anchors of all detectors in one pass over a text.
///
/// Of each anchor two neighbouring bytes are kept in a table of all pairs of bytes, 8 KiB that stay in the processor's
/// cache: where none of these pairs stands, a byte costs one look-up. Of an anchor of several bytes the pair is taken that
/// is the rarest in written text.
struct AnchorTable: Sendable {
    /// An anchor that a pair belongs to.
    ///
    /// It holds nothing that is counted: entries are read millions of times.
    private struct Entry: Sendable {
        var detector: Int
        /// Where in the anchor the pair stands.
        var offset: Int
        /// Of ``literals``; empty where the pair is the whole anchor.
        var literal: Range<Int>
        var isFolded: Bool
        /// What stands before the anchor, or nothing.
        var previous: ByteClass
    }

    /// One bit for each pair.
    private var isSought: [UInt64] = Array(repeating: 0, count: 1 << 10)
    /// How many pairs are sought before those of each word of ``isSought``.
    private var ranks: [Int] = []
    /// For each pair that is sought, in the order of pairs, its entries; they begin at ``starts``.
    private var entries: [Entry] = []
    private var starts: [Int] = []
    private var literals: [UInt8] = []

    /// The table for `detectors`, which are called by their position.
    init(_ detectors: [Detector]) {
        var found: [UInt16: [Entry]] = [:]
        for (position, detector) in detectors.enumerated() {
            for (pair, entry) in add(detector.anchor, position) {
                found[pair, default: []].append(entry)
                isSought[Int(pair >> 6)] |= 1 << UInt64(pair & 63)
            }
        }
        for pair in found.keys.sorted() {
            starts.append(entries.count)
            entries += found[pair] ?? []
        }
        starts.append(entries.count)
        var rank = 0
        for word in isSought {
            ranks.append(rank)
            rank += word.nonzeroBitCount
        }
    }

    /// Calls `body` with each anchor that stands in `text`, by its detector's position and its place.
    func forEachAnchor(in text: GuardText, _ body: (Int, Range<Int>) -> Void) {
        let count = text.count
        guard count > 1, let base = text.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        isSought.withUnsafeBufferPointer { isSought in
            var first = Int(base[0])
            for index in 1..<count {
                let second = Int(base[index])
                let word = first << 2 | second >> 6
                first = second
                // Below 1,024 whatever the bytes are.
                let bits = isSought[word]
                guard bits >> UInt64(second & 63) & 1 == 1 else { continue }
                let below = bits & (1 << UInt64(second & 63) - 1)
                visit(ranks[word] + below.nonzeroBitCount, at: index - 1, in: text, body)
            }
        }
    }

    private func visit(_ rank: Int, at index: Int, in text: GuardText, _ body: (Int, Range<Int>) -> Void) {
        for position in starts[rank]..<starts[rank + 1] {
            let entry = entries[position]
            let start = index - entry.offset
            guard entry.previous.contains(text[start - 1]) else { continue }
            guard !entry.literal.isEmpty else {
                body(entry.detector, start..<(start + 2))
                continue
            }
            if isThere(entry, in: text, at: start) { body(entry.detector, start..<(start + entry.literal.count)) }
        }
    }

    private func isThere(_ entry: Entry, in text: GuardText, at start: Int) -> Bool {
        guard start >= 0, start + entry.literal.count <= text.count else { return false }
        for (offset, place) in entry.literal.enumerated() {
            var byte = text.bytes[start + offset]
            // Sets the bit that tells small letters from capitals; literals that are folded hold small letters alone.
            if entry.isFolded, byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") { byte |= 0x20 }
            guard byte == literals[place] else { return false }
        }
        return true
    }

    private mutating func add(_ anchor: Anchor, _ detector: Int) -> [(UInt16, Entry)] {
        switch anchor {
        case .exact(let literal):
            let entry = add(Array(literal.utf8), detector, isFolded: false)
            let pair = Array(literal.utf8)[entry.offset...].prefix(2)
            return [(AnchorTable.pair(pair), entry)]
        case .folded(let literal):
            let entry = add(Array(literal.utf8), detector, isFolded: true)
            let pair = Array(literal.utf8)[entry.offset...].prefix(2)
            let firsts = Set([pair[entry.offset], Fold.upper(pair[entry.offset])])
            let seconds = Set([pair[entry.offset + 1], Fold.upper(pair[entry.offset + 1])])
            return firsts.flatMap { one in seconds.map { (AnchorTable.pair([one, $0]), entry) } }
        case .pair(let first, let second, let previous):
            let entry = Entry(detector: detector, offset: 0, literal: 0..<0, isFolded: false, previous: previous)
            return first.members.flatMap { one in second.members.map { (AnchorTable.pair([one, $0]), entry) } }
        }
    }

    private mutating func add(_ literal: [UInt8], _ detector: Int, isFolded: Bool) -> Entry {
        let start = literals.count
        literals += literal
        return Entry(
            detector: detector,
            offset: AnchorTable.rarestPair(of: literal),
            literal: start..<literals.count,
            isFolded: isFolded,
            previous: ByteClass.none.inverted
        )
    }

    private static func pair(_ bytes: some Collection<UInt8>) -> UInt16 {
        bytes.reduce(0) { $0 << 8 | UInt16($1) }
    }

    /// Where in `literal`, which has two bytes at least, the pair begins that is met least often.
    private static func rarestPair(of literal: [UInt8]) -> Int {
        let frequencies = zip(literal, literal.dropFirst()).map { frequency($0) * frequency($1) }
        return frequencies.indices.min { frequencies[$0] < frequencies[$1] } ?? 0
    }

    /// How often a byte is met in patterns, in parts of about a thousand.
    private static func frequency(_ byte: UInt8) -> Int {
        let common: [(String, Int)] = [
            (" etaoinsr", 60), ("hldcumpf", 25), ("gwybvk", 12), (".-/,:\"", 12), ("_=0123456789", 8), ("xqjz", 2),
        ]
        return common.first { $0.0.utf8.contains(byte) }?.1 ?? 3
    }
}
