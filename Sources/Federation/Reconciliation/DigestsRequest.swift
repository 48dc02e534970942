package import JSON

/// What a hub asks of another to find where their contributions differ: a digest of each range, and of what it consists.
package struct DigestsRequest: Sendable, Equatable {
    package var ranges: [PatternRange]
    /// Into how many parts each range is divided.
    package var parts: Int
    /// Up to how many contributions of a range are listed instead.
    package var list: Int

    package init(
        ranges: [PatternRange],
        parts: Int = Limits.digestPartsByDefault,
        list: Int = Limits.digestListByDefault
    ) {
        self.ranges = ranges
        self.parts = parts
        self.list = list
    }
}

extension DigestsRequest {
    package static let members: [StaticString] = ["ranges", "parts", "list"]

    package var json: JSONValue {
        [
            "ranges": .array(ranges.map(\.json)), "parts": .integer(Int64(parts)), "list": .integer(Int64(list)),
        ]
    }

    /// Reads a request; throws a ``FeedLineError`` that says what is wrong with it.
    package init(_ root: JSONNode) throws(FeedLineError) {
        guard let node = root["ranges"], node.kind == .array else {
            throw FeedLineError("'ranges' is missing: an array of ranges, {} for everything")
        }
        let elements = node.elements
        guard (1...Limits.digestRanges).contains(elements.count) else {
            throw FeedLineError("there are \(elements.count) ranges, and 1 to \(Limits.digestRanges) can be asked for")
        }
        let ranges = elements.compactMap(PatternRange.init)
        guard ranges.count == elements.count else {
            throw FeedLineError("a range is an object with 'from' and 'to', pattern ids or absent")
        }
        self.init(
            ranges: ranges,
            parts: try DigestsRequest.integer(root, "parts", in: 2...Limits.digestParts) ?? Limits.digestPartsByDefault,
            list: try DigestsRequest.integer(root, "list", in: 0...Limits.digestList) ?? Limits.digestListByDefault
        )
    }

    private static func integer(
        _ root: JSONNode,
        _ name: StaticString,
        in range: ClosedRange<Int>
    ) throws(FeedLineError) -> Int? {
        guard let node = root[name], node.kind != .null else { return nil }
        guard let value = node.integer.flatMap({ Int(exactly: $0) }), range.contains(value) else {
            throw FeedLineError("'\(name)' is an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
