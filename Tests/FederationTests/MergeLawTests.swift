import Federation
import JSON
import Testing
import TestSupport

@Suite("Laws of merging")
struct MergeLawTests {
    private let rules = MergeCases.rules(MergeCases.random)

    private func merge(_ candidates: [Candidate]) throws -> PatternMerge {
        try #require(PatternMerge(candidates, rules: rules))
    }

    private func expectSame(_ left: PatternMerge, _ right: PatternMerge) {
        #expect(left.best == right.best)
        #expect(left.payload == right.payload)
        #expect(left.value == right.value)
        #expect(left.updatedAt == right.updatedAt)
        #expect(left.parents == right.parents)
    }

    @Test("Merging is what the rules say, spelled as RFC 8785 has it", arguments: 0..<800 as Range<UInt64>)
    func oracle(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let count = Int.random(in: 1...6, using: &generator)
        try compare(MergeCases.candidates(count, negative: true, using: &generator), MergeCases.random)
    }

    @Test("Echoes are found wherever ranks, caps and ties put them", arguments: 0..<100 as Range<UInt64>)
    func echoes(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<60 {
            let fields: [String: MergeRule] = [
                "a": .union(cap: Int.random(in: 1...4, using: &generator)), "b": .union(cap: 2),
            ]
            try compare(MergeCases.lists(rules: fields, using: &generator), fields)
        }
    }

    private func compare(_ candidates: [Candidate], _ fields: [String: MergeRule]) throws {
        let merged = try #require(PatternMerge(candidates, rules: MergeCases.rules(fields)))
        let expected = MergeOracle(candidates, rules: fields)
        #expect(String(decoding: merged.payload, as: UTF8.self) == String(decoding: expected.payload, as: UTF8.self))
        #expect(merged.payload == expected.payload)
        #expect(merged.parents.map(\.origin) == expected.parents)
        #expect(merged.best.origin == expected.best)
        #expect(MergeCases.canonical(merged.payload) == merged.payload)
        let parts = merged.parents.isEmpty ? [merged.best] : merged.parents
        #expect(merged.value == parts.map(\.value).max())
        #expect(merged.updatedAt == parts.map(\.updatedAt).max())
    }

    @Test("Neither order nor repetition matters: the result depends on the set", arguments: 0..<200 as Range<UInt64>)
    func set(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let candidates = MergeCases.candidates(5, negative: true, using: &generator)
        let merged = try merge(candidates)
        for _ in 0..<4 { expectSame(try merge(candidates.shuffled(using: &generator)), merged) }
        let repeated = candidates + candidates.filter { _ in Bool.random(using: &generator) }
        expectSame(try merge(repeated.shuffled(using: &generator)), merged)
        // What an origin said before is no candidate beside what it says now.
        var former = try #require(candidates.randomElement(using: &generator))
        former.version.revision -= 1
        former.payload = Array(#"{"count":7,"list":["former"]}"#.utf8)
        expectSame(try merge((candidates + [former]).shuffled(using: &generator)), merged)
    }

    @Test("Any number of nodes that say the result themselves change nothing", arguments: 0..<600 as Range<UInt64>)
    func idempotence(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let count = Int.random(in: 1...5, using: &generator)
        let candidates = MergeCases.candidates(count, negative: false, using: &generator)
        let merged = try merge(candidates)
        for copies in 1...3 {
            let echoes = (0..<copies).map { copy in
                MergeCases.candidate(
                    "\(["echo", "zz"].randomElement(using: &generator) ?? "")-\(copy)",
                    merged.payload,
                    value: [0.7, 0.8, 0.9].randomElement(using: &generator) ?? 0,
                    time: Int64.random(in: 0...3, using: &generator)
                )
            }
            let again = try merge((candidates + echoes).shuffled(using: &generator))
            #expect(String(decoding: again.payload, as: UTF8.self) == String(decoding: merged.payload, as: UTF8.self))
            guard !candidates.contains(where: { $0.payload == merged.payload }) else { continue }
            expectSame(again, merged)
        }
    }

    @Test("Two contents that are each other's result leave one of them, the same whoever comes first")
    func mutualEchoes() throws {
        // 3 = -1 + 2 + 2, and 2 = -1 + 3.
        let candidates = [
            MergeCases.candidate("a", #"{"count":-1}"#, value: 0.9),
            MergeCases.candidate("b", #"{"count":3}"#, time: 9),
            MergeCases.candidate("c", #"{"count":2}"#), MergeCases.candidate("d", #"{"count":2}"#),
        ]
        let merged = try merge(candidates)
        #expect(String(decoding: merged.payload, as: UTF8.self) == #"{"count":3}"#)
        #expect(merged.parents.map(\.origin.text) == ["a", "c", "d"])
        for seed in 0..<20 as Range<UInt64> {
            var generator = SplitMix64(seed: seed)
            expectSame(try merge(candidates.shuffled(using: &generator)), merged)
        }
    }

    @Test("Damaged payloads crash nothing and add nothing", arguments: 0..<200 as Range<UInt64>)
    func damaged(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let sound = MergeCases.candidates(5, negative: true, using: &generator)
        for _ in 0..<20 {
            var candidates = sound
            for index in candidates.indices where Bool.random(using: &generator) {
                var payload = candidates[index].payload ?? []
                let position = Int.random(in: 0..<payload.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: payload[position] = .random(in: 0...255, using: &generator)
                case 1: payload.remove(at: position)
                default: payload.removeSubrange(position...)
                }
                candidates[index] = MergeCases.candidate(
                    candidates[index].origin.text,
                    payload,
                    value: candidates[index].value
                )
            }
            let merged = try merge(candidates)
            expectSame(try merge(candidates.shuffled(using: &generator)), merged)
            let readable = candidates.filter { CanonicalObject($0.payload ?? []) != nil }
            #expect(merged.parents.allSatisfy(readable.contains))
            if readable.contains(merged.best) { expectSame(try merge(readable), merged) }
        }
    }
}
