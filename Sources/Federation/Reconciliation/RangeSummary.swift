internal import Digest
package import JSON

/// Count and digest of the contributions to the patterns of one range.
package struct RangeSummary: Sendable, Equatable {
    package var range: PatternRange
    package var set: SetDigest

    package init(range: PatternRange, set: SetDigest) {
        self.range = range
        self.set = set
    }
}

extension SetDigest {
    /// As members of a JSON object.
    package var members: [JSONValue.Member] {
        [.init("count", .integer(count)), .init("digest", .string(sum.hex))]
    }

    /// Reads count and digest from the members of an object; `nil` where they are not there.
    package init?(_ node: JSONNode) {
        guard let count = node["count"]?.integer, count >= 0,
            let sum = node["digest"]?.digest
        else { return nil }
        self.init(count: count, sum: sum)
    }
}
