package import JSON

/// A hub's digests of ranges of one collection's contributions, of one moment.
package struct DigestsAnswer: Sendable, Equatable {
    /// One of the ranges that were asked for.
    package struct Range: Sendable, Equatable {
        package var set: SetDigest
        package var detail: Detail

        package init(set: SetDigest, detail: Detail) {
            self.set = set
            self.detail = detail
        }
    }

    /// Of what a range consists.
    package enum Detail: Sendable, Equatable {
        /// Ranges that follow on each other and together are the whole.
        case parts([RangeSummary])
        /// All its contributions, in the order of their keys.
        case items([StatementVersion])
    }

    /// The hub's epoch.
    package var epoch: String
    /// The head of the contributions feed at that moment.
    package var cursor: String
    /// In the order of the request.
    package var ranges: [Range]

    package init(epoch: String, cursor: String, ranges: [Range]) {
        self.epoch = epoch
        self.cursor = cursor
        self.ranges = ranges
    }
}

extension DigestsAnswer {
    package var json: JSONValue {
        ["epoch": .string(epoch), "cursor": .string(cursor), "ranges": .array(ranges.map(\.json))]
    }

    /// Reads the answer to `request`; `nil` where it is none, or has more parts or contributions than were asked for.
    package init?(_ root: JSONNode, to request: DigestsRequest) {
        let asked = request.ranges
        guard let epoch = root["epoch"]?.string, let cursor = root["cursor"]?.string,
            let elements = root["ranges"]?.elements, elements.count == asked.count
        else { return nil }
        let ranges = zip(elements, asked).compactMap { Range($0, of: $1, in: request) }
        guard ranges.count == asked.count else { return nil }
        self.init(epoch: epoch, cursor: cursor, ranges: ranges)
    }
}

extension DigestsAnswer.Range {
    var json: JSONValue {
        var members = set.members
        switch detail {
        case .items(let items): members.append(.init("items", .array(items.map(\.json))))
        case .parts(let parts):
            members.append(
                .init(
                    "parts",
                    .array(
                        parts.map { part in
                            var members: [JSONValue.Member] = []
                            if let to = part.range.to { members.append(.init("to", .string(to.description))) }
                            return .object(members + part.set.members)
                        }
                    )
                )
            )
        }
        return .object(members)
    }

    /// Reads what is said about `range`; `nil` where that cannot be read, is not in order, or is more than `request` asks.
    init?(_ node: JSONNode, of range: PatternRange, in request: DigestsRequest) {
        guard let set = SetDigest(node), set.count >= 0 else { return nil }
        if let elements = node["items"]?.elements {
            let items = elements.compactMap(StatementVersion.init)
            // One pattern cannot be divided, so all that nodes said about it is listed.
            guard items.count <= request.list || items.first?.key.id == items.last?.key.id,
                items.count == elements.count, zip(items, items.dropFirst()).allSatisfy({ $0.key < $1.key }),
                items.allSatisfy({ range.contains($0.key.id) })
            else { return nil }
            self.init(set: set, detail: .items(items))
            return
        }
        guard let elements = node["parts"]?.elements, (1...max(1, request.parts)).contains(elements.count)
        else { return nil }
        var parts: [RangeSummary] = []
        var rest = range
        for (index, element) in elements.enumerated() {
            guard let set = SetDigest(element) else { return nil }
            let isLast = index == elements.count - 1
            guard !isLast else {
                parts.append(RangeSummary(range: rest, set: set))
                break
            }
            // Each part ends behind where it begins and before the whole does, so that dividing comes to an end.
            guard let node = element["to"], let to = try? PatternID(node), rest.contains(to), to != rest.from else {
                return nil
            }
            parts.append(RangeSummary(range: PatternRange(from: rest.from, to: to), set: set))
            rest.from = to
        }
        self.init(set: set, detail: .parts(parts))
    }
}
