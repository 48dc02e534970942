internal import JSON

/// The contents to be merged, one row for each, the best first, and a tally for each field that has a rule.
struct MergeTable {
    /// Candidates of one content.
    struct Group {
        var object: CanonicalObject
        /// How many they are.
        var origins: Int
    }

    /// What is counted of a field: the one that its rule asks for.
    private struct Tally {
        var union: UnionTally?
        var sum: SumTally?

        init(_ rule: MergeRule, groups: Int) {
            switch rule {
            case .union(let cap): union = UnionTally(cap: cap, groups: groups)
            case .sum: sum = SumTally(groups: groups)
            case .best: break
            }
        }
    }

    private struct Row {
        let object: CanonicalObject
        let origins: Int
        /// For each rule, the member it is about, where there is one.
        let ruled: [Int?]
        /// The members that no rule is about.
        let rest: [Int]
    }

    private let names: [CanonicalName]
    private let nameList: CanonicalNameList
    private let byOrigin: [MergeVoice]
    private var tallies: [Tally]
    private var rows: [Row] = []

    /// A table of `groups`, the best first, which are not empty; `byOrigin` has each candidate in the order of origins.
    init(_ groups: [Group], byOrigin: [MergeVoice], rules: MergeRules) {
        names = rules.entries.map(\.name)
        nameList = CanonicalNameList(names)
        tallies = rules.entries.map { Tally($0.rule, groups: groups.count) }
        self.byOrigin = byOrigin
        rows.reserveCapacity(groups.count)
        for group in groups { add(group) }
    }

    private mutating func add(_ group: Group) {
        let ruled = group.object.positions(of: nameList)
        for (field, member) in ruled.enumerated() {
            guard let member else { continue }
            let value = group.object.value(member)
            tallies[field].union?.add(value, group: rows.count, origins: group.origins)
            tallies[field].sum?.add(value, group: rows.count, origins: group.origins)
        }
        var rest: [Int] = []
        rest.reserveCapacity(group.object.count)
        var next = ruled.lazy.compactMap(\.self).makeIterator()
        var skipped = next.next()
        for member in 0..<group.object.count {
            if member == skipped { skipped = next.next() } else { rest.append(member) }
        }
        rows.append(Row(object: group.object, origins: group.origins, ruled: ruled, rest: rest))
    }

    /// The group whose content merging the others gives: wholly, else as far as it repeats itself.
    ///
    /// At most one, so that a content said again by any number of nodes leaves what it came from as it was. With numbers
    /// below zero two can be each other's result; then it is the better one, in whatever order they came.
    func echo() -> MergeEcho? {
        // One other content is its own result and therefore a different one.
        for group in rows.indices where rows.count > 2 {
            let echo = MergeEcho(group: group, origins: rows[group].origins, keepsOne: false)
            if isResult(echo) { return echo }
        }
        for group in rows.indices where rows[group].origins > 1 {
            let echo = MergeEcho(group: group, origins: rows[group].origins, keepsOne: true)
            if isResult(echo) { return echo }
        }
        return nil
    }

    /// Whether leaving `echo` out gives its own content.
    ///
    /// The fields without a rule come first: most contents differ in one of them, and then nothing is counted.
    private func isResult(_ echo: MergeEcho) -> Bool {
        let best = !echo.keepsOne && echo.group == 0 ? 1 : 0
        let (mine, bests) = (rows[echo.group], rows[best])
        if echo.group != best {
            guard mine.rest.count == bests.rest.count,
                zip(mine.rest, bests.rest).allSatisfy({ mine.object.member($0) == bests.object.member($1) })
            else { return false }
        }
        return tallies.indices.allSatisfy { field in
            let present = mine.ruled[field].map(mine.object.value)
            if let union = tallies[field].union, union.isUsable(without: echo) { return union.isResult(echo) }
            if let sum = tallies[field].sum, sum.isUsable(without: echo) {
                var text: [UInt8] = []
                sum.append(without: echo, byOrigin: byOrigin, to: &text)
                return present == CanonicalSlice(text)
            }
            return present == bests.ruled[field].map(bests.object.value)
        }
    }

    /// What all groups give, in canonical form.
    func payload() -> [UInt8] {
        let best = rows[0]
        var output: [UInt8] = []
        output.reserveCapacity(best.object.text.count * 2)
        var rest = best.rest[...]
        for field in tallies.indices {
            while let member = rest.first, best.object.name(member) < names[field] {
                append(best.object.member(member), to: &output)
                rest.removeFirst()
            }
            if let union = tallies[field].union, union.isUsable(without: nil) {
                append(names[field], to: &output)
                union.append(to: &output)
            } else if let sum = tallies[field].sum, sum.isUsable(without: nil) {
                append(names[field], to: &output)
                sum.append(without: nil, byOrigin: byOrigin, to: &output)
            } else if let member = best.ruled[field] {
                append(best.object.member(member), to: &output)
            }
        }
        for member in rest { append(best.object.member(member), to: &output) }
        if output.isEmpty { output.append(UInt8(ascii: "{")) }
        output.append(UInt8(ascii: "}"))
        return output
    }

    private func append(_ member: CanonicalSlice, to output: inout [UInt8]) {
        output.append(UInt8(ascii: output.isEmpty ? "{" : ","))
        member.withUnsafeBytes { output.append(contentsOf: $0) }
    }

    private func append(_ name: CanonicalName, to output: inout [UInt8]) {
        output.append(contentsOf: output.isEmpty ? "{\"".utf8 : ",\"".utf8)
        name.written.withUnsafeBytes { output.append(contentsOf: $0) }
        output.append(contentsOf: "\":".utf8)
    }
}
