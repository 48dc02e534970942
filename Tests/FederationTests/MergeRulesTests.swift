import Federation
import JSON
import Testing
import TestSupport

@Suite("Merge rules")
struct MergeRulesTests {
    @Test(
        "Rules are read in one spelling",
        arguments: [
            ("best", .best), ("sum", .sum), ("union", .union(cap: 20)), ("union:20", .union(cap: 20)),
            ("union:1", .union(cap: 1)), ("union:1000", .union(cap: 1_000)), ("union:1001", nil), ("union:0", nil),
            ("union:-1", nil), ("union:+1", nil), ("union:07", nil), ("union:", nil), ("union: 1", nil), ("Sum", nil),
            ("", nil), ("union:99999999999999999999", nil), ("sum:1", nil),
        ] as [(String, MergeRule?)]
    )
    func spelling(text: String, expected: MergeRule?) {
        #expect(MergeRule(text) == expected)
        if let expected { #expect(MergeRule(expected.text) == expected) }
    }

    @Test("Rules are written in the order of bytes and read back")
    func json() throws {
        var rules = MergeRules()
        for field in ["\u{1F600}", "b", "\u{FB00}", "a\"b", "e\u{301}", "é"] { rules.set(field, .union(cap: 20)) }
        rules.set("a", .sum)
        rules.set("gone", .sum)
        rules.set("gone", .best)
        #expect(
            rules.fields.map { Array($0.utf8) }
                == rules.fields.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        )
        #expect(rules.fields.count == 7)
        #expect(rules.json.text.hasPrefix(#"{"a":"sum","a\"b":"union:20","b":"union:20""#))
        let read = try JSONDocument(parsing: rules.json.bytes)
        #expect(MergeRules(read.root) == rules)
        #expect(rules.rule(for: "a") == .sum)
        #expect(rules.rule(for: "gone") == .best)
    }

    @Test("Rules do not depend on the order in which they were given, and alike is not equal")
    func identity() {
        var one = MergeRules()
        one.set("é", .sum)
        one.set("a", .union(cap: 5))
        var same = MergeRules()
        same.set("a", .union(cap: 5))
        same.set("é", .sum)
        #expect(one == same)
        var alike = MergeRules()
        alike.set("a", .union(cap: 5))
        alike.set("e\u{301}", .sum)
        #expect(one != alike)
        #expect(alike.rule(for: "é") == .best)
    }

    @Test("Fields and rules beyond the limits are not taken")
    func limits() {
        var rules = MergeRules()
        for (field, isPermitted) in [
            ("", false), ("x", true), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false),
            ("a\nb", false), ("\u{7F}", false), ("\u{85}", false), ("a b", true),
        ] {
            #expect(rules.set(field, .sum) == isPermitted, "\(field)")
        }
        let tooMany = rules.set("y", .union(cap: 1_001))
        #expect(!tooMany)
        for index in 0..<61 { rules.set("f\(index)", .sum) }
        #expect(rules.fields.count == Limits.mergeFields)
        let before = rules
        let isOneMore = rules.set("one more", .sum)
        #expect(!isOneMore)
        #expect(rules == before)
        let isChange = rules.set("f0", .union(cap: 3))
        #expect(isChange)
        #expect(rules.rule(for: "f0") == .union(cap: 3))
    }

    @Test(
        "What is no object of rules is none",
        arguments: [#"["sum"]"#, #"{"a":1}"#, #"{"a":"most"}"#, #"{"":"sum"}"#, #"{"a":["sum"]}"#]
    )
    func malformed(text: String) throws {
        #expect(MergeRules(try JSONDocument(parsing: Array(text.utf8)).root) == nil)
    }

    @Test("The collections agents have from the start get their own rules, others all of them")
    func standard() throws {
        func rules(_ name: String) throws -> MergeRules { .standard(for: try #require(CollectionName(name))) }
        let skills = try rules("skills-patterns")
        #expect(
            skills.json.text == #"{"failure_count":"sum","failure_examples":"union:20","prerequisites":"union:20","#
                + #""related_skills":"union:20","success_count":"sum","success_examples":"union:20","usage_count":"sum"}"#
        )
        #expect(try rules("best-practices").fields == ["anti_patterns", "endorsement_count", "examples", "references"])
        let all = try rules("other")
        for known in ["skills-patterns", "error-solutions", "best-practices"] {
            for field in try rules(known).fields {
                #expect(all.rule(for: field) == (try rules(known)).rule(for: field))
            }
        }
    }
}
