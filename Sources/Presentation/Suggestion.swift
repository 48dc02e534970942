/// What somebody who made a slip of the hand may have meant.
package enum Suggestion {
    /// Edits by which a word may differ to be suggested.
    private static let greatestDistance = 3

    /// The one of `candidates` that is nearest to `word`, if any is near.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = min(greatestDistance, max(1, word.utf8.count / 2))
        return candidates.map { ($0, distance(Array(word.utf8), Array($0.utf8))) }
            .filter { $0.1 <= limit || $0.0.hasPrefix(word) && !word.isEmpty }
            .min { $0.1 < $1.1 }?.0
    }

    /// Insertions, deletions and replacements that lead from one to the other (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let replaced = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
