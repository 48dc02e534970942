package import Digest

/// Divides a range into about equal parts while its contributions go by once, in the order of their keys.
///
/// Each part begins at a pattern, so that no pattern is in two. Memory is bounded by the parts asked for: where there are
/// twice as many, neighbours become one and parts grow to twice the size.
package struct RangeDivision: Sendable {
    private struct Part {
        var first: PatternID
        var set: SetDigest
    }

    private let range: PatternRange
    private let greatestCount: Int
    private var parts: [Part] = []
    private var size: Int64 = 1
    private var last: PatternID?
    /// All that went by.
    package private(set) var whole = SetDigest()

    /// A division of `range` into at most `parts` parts.
    package init(of range: PatternRange, into parts: Int) {
        self.range = range
        greatestCount = max(parts, 1)
    }

    /// Counts a contribution to `id` with this item digest; the ids ascend.
    package mutating func insert(_ id: PatternID, _ item: SHA256Digest) {
        whole.insert(item)
        if let part = parts.last, last == id || part.set.count < size {
            parts[parts.count - 1].set.insert(item)
        } else {
            if parts.count == greatestCount * 2 { halve() }
            var set = SetDigest()
            set.insert(item)
            parts.append(Part(first: id, set: set))
        }
        last = id
    }

    private mutating func halve() {
        parts = stride(from: 0, to: parts.count, by: 2).map { index in
            var part = parts[index]
            if index + 1 < parts.count { part.set.formUnion(parts[index + 1].set) }
            return part
        }
        size *= 2
    }

    /// The parts, which together are the whole range.
    package func summaries() -> [RangeSummary] {
        var division = self
        while division.parts.count > greatestCount { division.halve() }
        guard !division.parts.isEmpty else { return [RangeSummary(range: range, set: whole)] }
        return division.parts.indices.map { index in
            let isLast = index == division.parts.count - 1
            return RangeSummary(
                range: PatternRange(
                    from: index == 0 ? range.from : division.parts[index].first,
                    to: isLast ? range.to : division.parts[index + 1].first
                ),
                set: division.parts[index].set
            )
        }
    }
}
