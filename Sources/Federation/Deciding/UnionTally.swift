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
        guard let list = lists[echo.group], !list.hasRepeats, list.elements.count == min(cap, elements.count) else {
            return false
        }
        func rank(_ index: Int) -> (origins: Int, place: Int) {
            let element = elements[index]
            let isSecond = !echo.keepsOne && element.first >> 32 == echo.group
            return (element.origins - echo.surplus, isSecond ? element.second : element.first)
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

    private static func precedes(_ left: (origins: Int, place: Int), _ right: (origins: Int, place: Int)) -> Bool {
        left.origins != right.origins ? left.origins > right.origins : left.place < right.place
    }

    /// Appends the array of all groups.
    func append(to output: inout [UInt8]) {
        let order = elements.sorted { UnionTally.precedes(($0.origins, $0.first), ($1.origins, $1.first)) }
        output.append(UInt8(ascii: "["))
        for (position, element) in order.prefix(cap).enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            element.value.withUnsafeBytes { output.append(contentsOf: $0) }
        }
        output.append(UInt8(ascii: "]"))
    }
}
