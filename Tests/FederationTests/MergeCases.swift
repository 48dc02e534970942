import Digest
import Federation
import JSON
import TestSupport

/// Candidates to merge, written down or random.
enum MergeCases {
    /// The canonical form of `text`.
    static func canonical(_ text: [UInt8]) -> [UInt8] {
        let document = Histories.known(try? JSONDocument(parsing: text))
        var output: [UInt8] = []
        try? CanonicalJSON.append(document.root, to: &output, maximumDepth: Limits.payloadDepth)
        return output
    }

    static func candidate(
        _ origin: String,
        _ payload: [UInt8],
        value: Double = 0.8,
        time: Int64 = 1,
        revision: Int64 = 1
    ) -> Candidate {
        Candidate(
            origin: Histories.known(NodeName(origin)),
            version: ContributionVersion(
                incarnation: 1,
                revision: revision,
                checksum: PatternChecksum.content(
                    collection: Histories.collection,
                    id: PatternID(canonical: Array("pattern".utf8)),
                    payload: payload,
                    hasher: SHA256()
                ),
                vectorDigest: .none
            ),
            value: value,
            updatedAt: Timestamp(microseconds: time),
            payload: payload
        )
    }

    static func candidate(_ origin: String, _ payload: String, value: Double = 0.8, time: Int64 = 1) -> Candidate {
        candidate(origin, canonical(Array(payload.utf8)), value: value, time: time)
    }

    static func rules(_ rules: [String: MergeRule]) -> MergeRules {
        rules.reduce(into: MergeRules()) { $0.set($1.key, $1.value) }
    }

    /// Names that need escapes, that look alike, and that UTF-8 would sort otherwise.
    static let random: [String: MergeRule] = [
        "list": .union(cap: 3), "a\"b": .union(cap: 20), "\u{FB00}": .union(cap: 2), "count": .sum, "\u{1F600}": .sum,
        "note": .best,
    ]

    private static let elements: [JSONValue] = [1, 2, "1", "é", "e\u{301}", .null, [], [1, 2], ["k": [1]], "a\"\n,]"]

    /// Few distinct contents, so that the same is said often.
    static func payload(negative: Bool, using generator: inout SplitMix64) -> [UInt8] {
        var members: [JSONValue.Member] = []
        func sometimes(_ chance: Int = 2) -> Bool { Int.random(in: 0..<chance, using: &generator) == 0 }
        if sometimes(4) { members.append(JSONValue.Member("note", sometimes() ? "x" : "y")) }
        if sometimes(6) { members.append(JSONValue.Member("\u{1F601}", true)) }
        for field in ["list", "a\"b", "\u{FB00}"] where sometimes() {
            let few = elements.prefix(sometimes() ? 3 : elements.count)
            let values = (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
                Histories.known(few.randomElement(using: &generator))
            }
            members.append(JSONValue.Member(field, sometimes(8) ? "none" : .array(values)))
        }
        for field in ["count", "\u{1F600}"] where sometimes() {
            let numbers: [JSONValue] = [
                0, 0, 1, 1, 2, 3, .number(0.5), .number(1.5), .integer(9_007_199_254_740_991), .number(1e21), "3",
                .null,
                .number(1.7e308),
            ]
            let below: [JSONValue] = [-1, -2, .number(-0.5), .integer(-9_007_199_254_740_991), .number(0.1)]
            let few = sometimes() ? numbers.prefix(5) : (numbers + (negative ? below : []))[...]
            members.append(JSONValue.Member(field, Histories.known(few.randomElement(using: &generator))))
        }
        return canonical(JSONValue.object(members).bytes)
    }

    /// Candidates of different origins, some of which repeat others or what merging others gave.
    static func candidates(
        _ count: Int,
        negative: Bool,
        using generator: inout SplitMix64
    ) -> [Candidate] {
        let origins = (0..<count * 3).shuffled(using: &generator).prefix(count)
        return origins.reduce(into: [Candidate]()) { made, origin in
            var payload = payload(negative: negative, using: &generator)
            if !made.isEmpty {
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: payload = made.randomElement(using: &generator)?.payload ?? payload
                case 1: payload = PatternMerge(made, rules: rules(random))?.payload ?? payload
                default: break
                }
            }
            made.append(
                candidate(
                    "node-\(origin)",
                    payload,
                    value: [0.7, 0.8, 0.8].randomElement(using: &generator) ?? 0,
                    time: Int64.random(in: 0...1, using: &generator),
                    revision: Int64.random(in: 1...9, using: &generator)
                )
            )
        }
    }

    /// Candidates that differ in short arrays alone; the last are often one that repeats what merging the others gives.
    static func lists(rules fields: [String: MergeRule], using generator: inout SplitMix64) -> [Candidate] {
        func random() -> String {
            var members: [String] = []
            for field in ["a", "b"] where Int.random(in: 0..<4, using: &generator) > 0 {
                let elements = (1...4).shuffled(using: &generator).prefix(Int.random(in: 0...4, using: &generator))
                members.append("\"\(field)\":[\(elements.map(String.init).joined(separator: ","))]")
                if field == "a", Bool.random(using: &generator) { break }
            }
            return "{" + members.joined(separator: ",") + "}"
        }
        func candidate(_ payload: [UInt8], _ made: [Candidate]) -> Candidate {
            let value = Histories.known([0.7, 0.8, 0.8, 0.9].randomElement(using: &generator))
            return MergeCases.candidate(
                "\(Int.random(in: 10..<99, using: &generator))-\(made.count)",
                payload,
                value: value
            )
        }
        var made: [Candidate] = []
        for _ in 0..<Int.random(in: 2...4, using: &generator) { made.append(candidate(Array(random().utf8), made)) }
        let merged = PatternMerge(made, rules: rules(fields))?.payload ?? []
        let repeated = [merged, made[0].payload ?? []].randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 0...2, using: &generator) { made.append(candidate(repeated, made)) }
        return made
    }
}
