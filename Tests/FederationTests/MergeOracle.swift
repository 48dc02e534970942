import Digest
import Federation
import JSON
import TestSupport

/// A JSON value, plainly.
indirect enum Plain: Equatable {
    case null, boolean(Bool), integer(Int64), real(Double), text([UInt8]), array([Plain])
    case object([(name: [UInt8], value: Plain)])

    init(_ node: JSONNode) {
        switch node.kind {
        case .null: self = .null
        case .boolean: self = .boolean(node.boolean ?? false)
        case .integer: self = .integer(node.integer ?? 0)
        case .real: self = .real(node.number ?? 0)
        case .string: self = .text(Array((node.string ?? "").utf8))
        case .array: self = .array(node.elements.map(Plain.init))
        case .object: self = .object(node.members.map { (Array($0.name.utf8), Plain($0.value)) })
        }
    }

    init(_ text: [UInt8]) {
        self = Plain(Histories.known(try? JSONDocument(parsing: text)).root)
    }

    var members: [(name: [UInt8], value: Plain)] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// Written with names sorted as UTF-16.
    var json: JSONValue {
        switch self {
        case .null: .null
        case .boolean(let flag): .boolean(flag)
        case .integer(let value): .integer(value)
        case .real(let value): .number(value)
        case .text(let text): .string(String(decoding: text, as: UTF8.self))
        case .array(let elements): .array(elements.map(\.json))
        case .object(let members):
            .object(
                members.map { JSONValue.Member(String(decoding: $0.name, as: UTF8.self), $0.value.json) }
                    .sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
            )
        }
    }

    static func == (left: Plain, right: Plain) -> Bool { left.json.bytes == right.json.bytes }
}

/// Merging as the rules say it, with lists alone and every echo tried.
struct MergeOracle {
    var payload: [UInt8]
    var parents: [NodeName]
    var best: NodeName

    private struct Said {
        var candidate: Candidate
        var payload: Plain
    }

    init(_ candidates: [Candidate], rules: [String: MergeRule]) {
        let ranked = candidates.sorted { ConflictStrategy.highestValue.prefers($0, to: $1) }
            .map { Said(candidate: $0, payload: Plain($0.payload ?? [])) }
        var contents: [Plain] = []
        for said in ranked where !contents.contains(said.payload) { contents.append(said.payload) }
        var merged = ranked
        if contents.count == 1 {
            merged = [ranked[0]]
        } else {
            merged = MergeOracle.withoutEchoes(ranked, contents, rules)
        }
        let result = merged.count == 1 ? merged[0].payload : MergeOracle.merge(merged, rules)
        payload = result.json.bytes
        best = merged[0].candidate.origin
        parents = result == merged[0].payload ? [] : merged.map(\.candidate.origin).sorted()
    }

    private static func withoutEchoes(_ ranked: [Said], _ contents: [Plain], _ rules: [String: MergeRule]) -> [Said] {
        if contents.count > 2 {
            for content in contents {
                let others = ranked.filter { $0.payload != content }
                if merge(others, rules) == content { return others }
            }
        }
        for content in contents where ranked.filter({ $0.payload == content }).count > 1 {
            let first = ranked.first { $0.payload == content }?.candidate.origin
            let others = ranked.filter { $0.payload != content || $0.candidate.origin == first }
            if merge(others, rules) == content { return others }
        }
        return ranked
    }

    private static func merge(_ ranked: [Said], _ rules: [String: MergeRule]) -> Plain {
        var members = ranked[0].payload.members
        for (field, rule) in rules {
            let name = Array(field.utf8)
            func said(_ said: Said) -> Plain? { said.payload.members.first { $0.name == name }?.value }
            let value: Plain? =
                switch rule {
                case .best: nil
                case .union(let cap): union(ranked.compactMap(said), cap)
                case .sum:
                    sum(ranked.sorted { $0.candidate.origin < $1.candidate.origin }.compactMap(said))
                }
            guard let value else { continue }
            members.removeAll { $0.name == name }
            members.append((name, value))
        }
        return .object(members)
    }

    private static func union(_ values: [Plain], _ cap: Int) -> Plain? {
        let arrays = values.compactMap { value -> [Plain]? in
            guard case .array(let elements) = value else { return nil }
            return elements
        }
        guard !arrays.isEmpty else { return nil }
        var distinct: [Plain] = []
        for element in arrays.joined() where !distinct.contains(element) { distinct.append(element) }
        let counted = distinct.enumerated().map { position, element in
            (element, arrays.filter { $0.contains(element) }.count, position)
        }
        let sorted = counted.sorted { $0.1 == $1.1 ? $0.2 < $1.2 : $0.1 > $1.1 }
        return .array(sorted.prefix(cap).map(\.0))
    }

    private static func sum(_ values: [Plain]) -> Plain? {
        var integers: [Int64] = []
        var reals: [Double] = []
        var hasReals = false
        for value in values {
            switch value {
            case .integer(let value):
                integers.append(value)
                reals.append(Double(value))
            case .real(let value):
                hasReals = true
                reals.append(value)
            default: break
            }
        }
        guard !reals.isEmpty else { return nil }
        let greatest: Int64 = 9_007_199_254_740_991
        guard hasReals else { return .integer(max(-greatest, min(greatest, integers.reduce(0, +)))) }
        let sum = reals.reduce(0, +)
        if sum == .infinity { return .real(.greatestFiniteMagnitude) }
        if sum == -.infinity { return .real(-.greatestFiniteMagnitude) }
        if abs(sum) > Double(greatest), abs(sum) < 1e21 { return .integer(sum > 0 ? greatest : -greatest) }
        return .real(sum)
    }
}
