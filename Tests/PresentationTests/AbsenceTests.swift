import JSON
import Presentation
import Testing

private typealias Document = ExplanationDocument

@Suite("Explanations of what is not served")
struct AbsenceTests {
    private static let retraction = """
        {"origin":"hub-us","revision":9,"decision":"retracted","by":"ops","reason":"it leaked a key",
        "at":"2026-11-21T10:00:00.000000Z","covers":[]}
        """
    private static let pattern = "skills-patterns/skill-123 is not served: "

    private func document(_ code: String, _ members: String = "", detail: String = "") -> String {
        let more = members.isEmpty ? "" : ",\(members)"
        return Document.of(
            #""state":"none","winner":null,"runner_up":null,"absent":{"code":"\#(code)","detail":"\#(detail)"}\#(more)"#
        )
    }

    private func check(_ document: String, _ answer: String, _ next: String, line: SourceLocation = #_sourceLocation)
        throws
    {
        let lines = try Document.text(document).split(separator: "\n").map(String.init)
        #expect(lines.first == AbsenceTests.pattern + answer, sourceLocation: line)
        #expect(lines.last?.hasPrefix("Next: ") == true, sourceLocation: line)
        #expect(lines.last?.contains(next) == true, sourceLocation: line)
    }

    @Test("Nothing reaches the threshold")
    func belowThreshold() throws {
        let members = """
            "contributions":[\(Document.contribution("bob", 0.6, standing: "below-threshold")),
            \(Document.contribution("carol", 0.65, standing: "below-threshold"))]
            """
        try check(
            document("below-threshold", members),
            "no version reaches the threshold 0.7; the best is carol's with 0.65",
            "`tributary-hub simulate --collection skills-patterns --threshold T`"
        )
        try check(document("below-threshold"), "no version reaches the threshold 0.7", "higher value")
    }

    @Test(
        "Nobody is told to try again what would be refused again",
        arguments: [
            ("origin-left-out", "`tributary-hub quarantine discard 12`", "enrol it anew"),
            ("retracted", "`tributary-hub retraction list --collection skills-patterns`", "operator to lift it"),
        ]
    )
    func refusedForGood(_ code: String, _ operators: String, _ developers: String) throws {
        let item = #"{"number":12,"node":"us","code":"\#(code)","detail":"so"}"#
        let document = document(
            "quarantined",
            #""quarantine":[\#(item)]"#,
            detail: "what us sent was refused (\(code)): so"
        )
        let text = try Document.text(document)
        #expect(text.contains(operators) && !text.contains("quarantine release") && !text.contains("corrects it"))
        #expect(!text.contains("(\(code))"), "the answer says it already")
        let root = try JSONDocument(parsing: Array(document.utf8)).root
        #expect(ExplanationText(root, for: .developers).text.contains(developers))
    }

    @Test("A retraction is told once, and what it withholds could not be served")
    func toldOnce() throws {
        let members = #"""
            "contributions":[\#(Document.contribution("bob", 0.92))],"resolutions":[\#(AbsenceTests.retraction)]
            """#
        let text = try Document.text(
            document("retracted", members, detail: "retracted on 2026-11-21T10:00:00.000000Z by ops: it leaked a key")
        )
        #expect(text.split(separator: "it leaked a key").count == 3, "in the answer and with what operators decided")
        #expect(text.contains("  withheld  ") && !text.contains("could be served"))
    }

    @Test("A decision that the strategy does not go by says so", arguments: ["latest", "manual"])
    func idle(_ strategy: String) throws {
        let choice = #"{"decision":"content","by":"ann","reason":"better","at":"2026","checksum":"ab","source":{}}"#
        let members = #""state":"live","winner":{"origin":"bob"},"resolutions":[\#(choice)]"#
        let text = try Document.text(Document.of(members, strategy: strategy))
        #expect(text.contains("has no effect here while the strategy is latest") == (strategy == "latest"))
    }

    @Test("What came is in quarantine")
    func quarantined() throws {
        let members = """
            "quarantine":[{"number":12,"node":"dave","code":"clock-ahead","detail":"a day ahead",
            "last_refused_at":"2026-11-21T10:00:00.000000Z"}]
            """
        try check(
            document("quarantined", members),
            "what dave sent was refused as clock-ahead, and is in quarantine: a day ahead",
            "`tributary-hub quarantine release 12`"
        )
        #expect(
            try Document.text(document("quarantined", members)).contains(
                """
                In quarantine:
                  NUMBER  NODE  REFUSED AS   LAST REFUSED          DETAIL
                      12  dave  clock-ahead  2026-11-21T10:00:00Z  a day ahead
                """
            )
        )
        try check(document("quarantined"), "what was sent was refused, and is in quarantine", "quarantine list")
    }

    @Test("An operator retracted it")
    func retracted() throws {
        try check(
            document("retracted", #""resolutions":[\#(AbsenceTests.retraction)]"#),
            "retracted by ops on 2026-11-21T10:00:00Z: it leaked a key; `tributary-hub retraction lift skills-patterns"
                + " skill-123 --reason TEXT` brings it back",
            "`tributary-hub retraction lift skills-patterns skill-123 --reason TEXT`"
        )
        let lifted = AbsenceTests.retraction.replacing("retracted", with: "lifted").replacing(
            ":10:00:",
            with: ":09:00:"
        )
        let content = #"{"decision":"retracted","by":"ann","reason":"r","at":"2026","content":"abcdefabcdefabcdef"}"#
        let text = try Document.text(
            document("retracted", #""resolutions":[\#(lifted),\#(AbsenceTests.retraction),\#(content)]"#)
        )
        #expect(text.contains("ops lifted the retraction: it leaked a key"))
        #expect(text.contains("ops retracted the pattern: it leaked a key"))
        #expect(text.contains("ann retracted content abcdefabcdef under any id: r"))
    }

    @Test("Of several retractions the latest is told")
    func latestRetraction() throws {
        let earlier = AbsenceTests.retraction.replacing("T10:", with: "T09:").replacing("it leaked", with: "not this")
        for resolutions in ["\(earlier),\(AbsenceTests.retraction)", "\(AbsenceTests.retraction),\(earlier)"] {
            let answer = try Document.answer(document("retracted", #""resolutions":[\#(resolutions)]"#))
            #expect(answer.contains("on 2026-11-21T10:00:00Z: it leaked a key"))
        }
    }

    @Test("Nodes disagree and nobody has decided")
    func conflict() throws {
        try check(
            document("conflict", #""contents":3"#),
            "nodes disagree, and 3 contents wait for a decision",
            "`tributary-hub conflict resolve skills-patterns skill-123 --choose NUMBER --reason TEXT`"
        )
    }

    @Test(
        "The other reasons",
        arguments: [
            ("taken-back", "everybody who shared it has taken it back", "unless a node shares it again"),
            (
                "left-out", "the nodes that shared it were revoked, and what they said is left out",
                "`tributary-hub node add NAME`"
            ),
            ("erased", "its content was erased from this hub", "retraction lift"),
            ("never-seen", "no node ever said anything about it here", "`tributary-hub collection list`"),
            ("of-the-future", "the hub does not say why", "--json"),
        ]
    )
    func others(_ code: String, _ answer: String, _ next: String) throws {
        try check(document(code), answer, next)
    }

    @Test(
        "A developer is told nothing that only an operator can do",
        arguments: [
            "retracted", "conflict", "below-threshold", "quarantined", "taken-back", "left-out", "erased", "never-seen",
            "of-the-future",
        ]
    )
    func developers(_ code: String) throws {
        let members = """
            "resolutions":[\(AbsenceTests.retraction)],
            "quarantine":[{"number":12,"node":"dave","code":"clock-ahead","detail":"a day ahead"}]
            """
        for document in [document(code, members), Document.of(#""state":"live","winner":{"origin":"bob"}"#)] {
            let root = try JSONDocument(parsing: Array(document.utf8)).root
            let text = ExplanationText(root, for: .developers).text
            #expect(!text.contains("tributary-hub"))
            #expect(text.split(separator: "\n").last?.hasPrefix("Next: ") == true)
        }
    }

    @Test("What the hub adds stands below the answer, once")
    func detail() throws {
        let lines = try Document.text(document("taken-back", detail: "the last one on Monday")).split(separator: "\n")
        #expect(lines.dropFirst().first == "the last one on Monday")
        #expect(try Document.answer(document("of-the-future", detail: "so")) == AbsenceTests.pattern + "so")
        #expect(try !Document.text(document("of-the-future", detail: "so")).contains("\nso\n"))
    }

    @Test("Whether a pattern was ever seen is known")
    func neverSeen() throws {
        func isNeverSeen(_ code: String) throws -> Bool {
            ExplanationText(try JSONDocument(parsing: Array(document(code).utf8)).root).isNeverSeen
        }
        #expect(try isNeverSeen("never-seen"))
        #expect(try !isNeverSeen("erased"))
    }
}
