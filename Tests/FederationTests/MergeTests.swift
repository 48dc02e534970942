import Federation
import JSON
import Testing
import TestSupport

@Suite("Merging")
struct MergeTests {
    private func merge(_ candidates: [Candidate], _ rules: [String: MergeRule]) throws -> PatternMerge {
        try #require(PatternMerge(candidates, rules: MergeCases.rules(rules)))
    }

    /// The payload that merging `payloads` gives; the first is the best, and so on.
    private func merged(_ payloads: [String], _ rules: [String: MergeRule]) throws -> String {
        let candidates = payloads.enumerated().map { index, payload in
            MergeCases.candidate("n\(index)", payload, value: 1 - Double(index) / 100)
        }
        return String(decoding: try merge(candidates, rules).payload, as: UTF8.self)
    }

    @Test("The guide's example: the better value and all five examples")
    func guideExample() throws {
        let a = try admit(
            #"{"id":"skill-123","payload":{"skill_name":"NixOS module creation","value_score":0.85,"success_examples":["example1","example2"]}}"#,
            origin: "a"
        ).contribution
        let b = try admit(
            #"{"id":"skill-123","payload":{"skill_name":"NixOS module creation","value_score":0.92,"success_examples":["example3","example4","example5"]}}"#,
            origin: "b"
        ).contribution
        let candidates = try [a, b].map { contribution in
            var candidate = try #require(Candidate(contribution, under: Histories.policy(.highestValue)))
            candidate.payload = contribution.content?.payload
            return candidate
        }
        let merged = try #require(
            PatternMerge(candidates, rules: MergeRules.standard(for: Histories.collection))
        )
        let expected =
            #"{"skill_name":"NixOS module creation","success_examples":["example3","example4","example5","example1","#
            + #""example2"],"value_score":0.92}"#
        #expect(String(decoding: merged.payload, as: UTF8.self) == expected)
        #expect(merged.value == 0.92)
        #expect(merged.best == candidates[1])
        #expect(merged.parents == candidates)
    }

    @Test("Nothing gives nothing, and one or the same gives itself, however long its arrays are")
    func trivial() throws {
        let rules: [String: MergeRule] = ["a": .union(cap: 1), "n": .sum]
        #expect(PatternMerge([], rules: MergeCases.rules(rules)) == nil)
        let one = MergeCases.candidate("a", #"{"a":[1,1,2],"n":3}"#, time: 1)
        let other = MergeCases.candidate("b", #"{"a":[1,1,2],"n":3}"#, time: 5)
        for candidates in [[one], [one, other], [other, one]] {
            let merged = try merge(candidates, rules)
            #expect(merged.payload == one.payload)
            #expect(merged.parents.isEmpty)
            #expect(merged.updatedAt == merged.best.updatedAt)
        }
    }

    @Test("A result that is the best's own payload has no parents")
    func bestAlone() throws {
        let candidates = [
            MergeCases.candidate("a", #"{"a":[1,2]}"#, value: 0.9, time: 1),
            MergeCases.candidate("b", #"{"a":[2,1]}"#, value: 0.8, time: 2),
        ]
        let merged = try merge(candidates, ["a": .union(cap: 20)])
        #expect(merged.best == candidates[0])
        #expect(merged.payload == candidates[0].payload)
        #expect(merged.updatedAt == candidates[0].updatedAt)
        #expect(merged.parents.isEmpty)
    }

    @Test("Unions put first what most origins have, then what the best says first, and stop at the cap")
    func unions() throws {
        let payloads = [#"{"a":[1,2,1]}"#, #"{"a":[3,2]}"#, #"{"a":[4,3]}"#]
        #expect(try merged(payloads, ["a": .union(cap: 20)]) == #"{"a":[2,3,1,4]}"#)
        #expect(try merged(payloads, ["a": .union(cap: 3)]) == #"{"a":[2,3,1]}"#)
    }

    @Test("Elements are the same where their bytes are")
    func elements() throws {
        #expect(
            try merged(
                [#"{"a":["\u00e9",{"x":[1,"]"]}]}"#, #"{"a":["e\u0301",{"x":[1,"]"]},"\\",[]]}"#],
                ["a": .union(cap: 20)]
            ) == "{\"a\":[{\"x\":[1,\"]\"]},\"\u{e9}\",\"e\u{301}\",\"\\\\\",[]]}"
        )
    }

    @Test("Members are the best's, and those with a rule that anybody has, in their order")
    func members() throws {
        #expect(
            try merged(
                [#"{"b":1,"d":2,"c":"text"}"#, #"{"a":[1],"b":5,"c":3,"e":"x","f":[2],"g":1}"#],
                ["a": .union(cap: 20), "c": .sum, "e": .union(cap: 20), "f": .sum, "g": .sum]
            ) == #"{"a":[1],"b":1,"c":3,"d":2,"g":1}"#
        )
    }

    @Test("Where nobody has anything usable, the best's stands, or nothing")
    func unusable() throws {
        let rules: [String: MergeRule] = ["a": .union(cap: 20), "n": .sum, "z": .union(cap: 20)]
        #expect(
            try merged([#"{"a":"x","n":"1"}"#, #"{"a":{"x":1},"n":null,"z":7}"#], rules) == #"{"a":"x","n":"1"}"#
        )
        #expect(try merged([#"{"a":"x"}"#, #"{"a":[],"n":true}"#], rules) == #"{"a":[]}"#)
        #expect(try merged(["{}", #"{"z":1}"#], rules) == "{}")
    }

    @Test(
        "Integers add up to an integer within 2^53 - 1, anything else as binary64",
        arguments: [
            (["1", "2", "3"], "6"), (["9007199254740991", "1"], "9007199254740991"), (["0", "-0.5"], "-0.5"),
            (["-9007199254740991", "-2"], "-9007199254740991"), (["0.1", "0.2"], "0.30000000000000004"),
            (["9007199254740991", "9007199254740990", "-9007199254740991"], "9007199254740990"),
            (["0.5", "1.5"], "2"), (["0.5", "9007199254740991", "9007199254740990"], "9007199254740991"),
            (["1.7e308", "1.6e308"], "1.7976931348623157e+308"),
            (["-1.7e308", "-1.6e308"], "-1.7976931348623157e+308"),
            (["1e21", "5"], "1e+21"), (["1", "\"2\"", "[3]"], "1"),
        ] as [([String], String)]
    )
    func sums(numbers: [String], expected: String) throws {
        let payloads = numbers.enumerated().map { #"{"k":\#($0),"n":\#($1)}"# }
        #expect(try merged(payloads, ["n": .sum]) == #"{"k":0,"n":\#(expected)}"#)
    }

    @Test("Binary64 is added in the order of origins, whoever is the best")
    func orderOfSums() throws {
        func sum(_ values: [String]) throws -> String {
            let candidates = values.enumerated().map { index, number in
                MergeCases.candidate("n\(index)", #"{"n":\#(number)}"#, value: index == 2 ? 0.9 : 0.8)
            }
            return String(decoding: try merge(candidates, ["n": .sum]).payload, as: UTF8.self)
        }
        #expect(try sum(["1e22", "0.5", "-1e22"]) == #"{"n":0}"#)
        #expect(try sum(["1e22", "-1e22", "0.5"]) == #"{"n":0.5}"#)
    }

    @Test("Origins that say the same are as many to a sum and to a union")
    func sameContent() throws {
        #expect(
            try merged(
                [#"{"a":[1],"n":1}"#, #"{"a":[2],"n":10}"#, #"{"a":[2],"n":10}"#],
                ["a": .union(cap: 20), "n": .sum]
            ) == #"{"a":[2,1],"n":21}"#
        )
    }

    @Test("A copy of a content that already stood for all is left out, so that sums do not grow")
    func surplus() throws {
        #expect(try merged([#"{"n":3}"#, "{}", #"{"n":3}"#, #"{"n":3}"#], ["n": .sum]) == #"{"n":3}"#)
    }

    @Test("A field that only one content has makes it no echo, also where it adds nothing")
    func onlyOne() throws {
        let candidates = [
            MergeCases.candidate("a", #"{"a":[1]}"#, value: 0.9), MergeCases.candidate("b", #"{"a":[2]}"#),
            MergeCases.candidate("c", #"{"a":[1,2],"n":0}"#, value: 0.7),
        ]
        let rules: [String: MergeRule] = ["a": .union(cap: 20), "n": .sum]
        let merged = try merge(candidates, rules)
        #expect(merged.parents.map(\.origin.text) == ["a", "b", "c"])
    }

    @Test("Of two contents neither is an echo, even where one is the other without its repeats")
    func twoContents() throws {
        let candidates = [
            MergeCases.candidate("a", #"{"a":[1,1]}"#, value: 0.9), MergeCases.candidate("b", #"{"a":[1]}"#, time: 2),
        ]
        let merged = try merge(candidates, ["a": .union(cap: 20)])
        #expect(merged.payload == candidates[1].payload)
        #expect(merged.parents == candidates)
    }

    @Test("A best candidate that cannot be read stands as it is; another adds nothing")
    func unreadable() throws {
        let sound = MergeCases.candidate("a", #"{"a":[1,1]}"#, value: 0.8)
        let damaged = Array(#"{"a":[2}"#.utf8)
        let best = try merge([sound, MergeCases.candidate("b", damaged, value: 0.9)], ["a": .union(cap: 20)])
        #expect(best.payload == damaged)
        #expect(best.parents.isEmpty)
        let two = [sound, MergeCases.candidate("c", #"{"a":[3]}"#), MergeCases.candidate("b", damaged, value: 0.9)]
        #expect(try merge(two, ["a": .union(cap: 20)]).payload == damaged)
        let other = try merge([sound, MergeCases.candidate("b", damaged, value: 0.7)], ["a": .union(cap: 20)])
        #expect(other.payload == sound.payload)
        #expect(other.parents.isEmpty)
    }
}
