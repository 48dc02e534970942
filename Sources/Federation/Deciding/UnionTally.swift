internal import JSON

/// The elements that the groups of candidates have in one field, counted, for the rule ``MergeRule/union(cap:)``.
struct UnionTally {
    private struct Element {
        let value: CanonicalSlice
        /// Origins that have it.
        var origins = 0
        /// Where it appears first, and where in the first group after that one: see ``place(_:_:)``.
        var first: Int
        var second = Int.max
        /// The last group that has it, by which a repeat within one group is told.
        var latest: Int
    }

    /// One group's array.
    private struct List {
        /// Positions in ``elements``, each once.
        var elements: [Int] = []
        var hasRepeats = false
        /// Of the elements' text, each once.
        var bytes = 0
    }

    private let cap: Int
    private var elements: [Element] = []
    private var known: [CanonicalSlice: Int] = [:]
    private var lists: [List?]

    init(cap: Int, groups: Int) {
        self.cap = cap
        lists = Array(repeating: nil, count: groups)
    }

    /// Groups and positions in one number that sorts as the pair does.
    private static func place(_ group: Int, _ position: Int) -> Int {
        group << 32 | position
    }

    /// Counts what `group`, which `origins` candidates stand for, says; groups come in order, the best first.
    mutating func add(_ value: CanonicalSlice, group: Int, origins: Int) {
        guard let values = value.elements else { return }
        // A table that grows is hashed anew each time.
        if known.isEmpty { known.reserveCapacity(min(values.count * lists.count, 1_024)) }
        var list = List()
        for (position, value) in values.enumerated() {
            let place = UnionTally.place(group, position)
            guard let index = known[value] else {
                list.bytes += value.count
                known[value] = elements.count
                list.elements.append(elements.count)
                elements.append(Element(value: value, origins: origins, first: place, latest: group))
                continue
            }
            guard elements[index].latest != group else {
                list.hasRepeats = true
                continue
            }
            list.elements.append(index)
            list.bytes += value.count
            elements[index].origins += origins
            elements[index].second = min(elements[index].second, place)
            elements[index].latest = group
        }
        lists[group] = list
    }

    /// Whether any group has an array when `echo` is left out.
    func isUsable(without echo: MergeEcho?) -> Bool {
        guard let echo, !echo.keepsOne else { return lists.contains { $0 != nil } }
        return lists.indices.contains { $0 != echo.group && lists[$0] != nil }
    }

    /// Whether leaving `echo` out gives exactly the array that it has itself.
    ///
    /// Nothing is sorted: its own array has to be in the order the result would have, and complete.
    func isResult(_ echo: MergeEcho) -> Bool {
        guard let list = lists[echo.group], !list.hasRepeats else { return false }
        func rank(_ index: Int) -> (origins: Int, place: Int) {
            let element = elements[index]
            let isSecond = !echo.keepsOne && element.first >> 32 == echo.group
            return (element.origins - echo.surplus, isSecond ? element.second : element.first)
        }
        let budget = budget(best: echo.group == 0 && !echo.keepsOne ? 1 : 0)
        guard list.bytes <= budget else { return false }
        guard list.elements.count == min(cap, elements.count) else {
            return isResultCutShort(list, budget, rank)
        }
        var last: (origins: Int, place: Int)?
        for index in list.elements {
            let rank = rank(index)
            guard rank.origins > 0 else { return false }
            if let last, !UnionTally.precedes(last, rank) { return false }
            last = rank
        }
        guard let last, list.elements.count < elements.count else { return true }
        let mine = Set(list.elements)
        return elements.indices.allSatisfy { index in
            mine.contains(index) || UnionTally.precedes(last, (elements[index].origins, elements[index].first))
        }
    }

    /// Whether `list` is the result where its elements are fewer than there could be, because others were too long for it;
    /// that is told only by making the result.
    private func isResultCutShort(
        _ list: List,
        _ budget: Int,
        _ rank: (Int) -> (origins: Int, place: Int)
    ) -> Bool {
        guard elements.indices.contains(where: { list.bytes + elements[$0].value.count > budget }) else { return false }
        let mine = Set(list.elements)
        let ranks: [(origins: Int, place: Int)] = elements.indices.map { index in
            mine.contains(index) ? rank(index) : (elements[index].origins, elements[index].first)
        }
        let order = elements.indices.filter { ranks[$0].origins > 0 }
            .sorted { UnionTally.precedes(ranks[$0], ranks[$1]) }
        return fitting(order, budget: budget) == list.elements
    }

    private static func precedes(_ left: (origins: Int, place: Int), _ right: (origins: Int, place: Int)) -> Bool {
        left.origins != right.origins ? left.origins > right.origins : left.place < right.place
    }

    /// Bytes that the result's elements may have: what the best group has in any case.
    private func budget(best: Int) -> Int {
        max(Limits.mergedListBytes, lists[best]?.bytes ?? 0)
    }

    /// Those of the elements in `order` that the result takes: as many as it may have, each if it still fits.
    private func fitting(_ order: [Int], budget: Int) -> [Int] {
        var taken: [Int] = []
        var bytes = 0
        for index in order where bytes + elements[index].value.count <= budget {
            guard taken.count < cap else { break }
            taken.append(index)
            bytes += elements[index].value.count
        }
        return taken
    }

    /// Appends the array of all groups.
    func append(to output: inout [UInt8]) {
        let order = elements.indices.sorted {
            UnionTally.precedes((elements[$0].origins, elements[$0].first), (elements[$1].origins, elements[$1].first))
        }
        output.append(UInt8(ascii: "["))
        for (position, index) in fitting(order, budget: budget(best: 0)).enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            elements[index].value.withUnsafeBytes { output.append(contentsOf: $0) }
        }
        output.append(UInt8(ascii: "]"))
    }
}
