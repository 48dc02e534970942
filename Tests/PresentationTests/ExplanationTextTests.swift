import JSON
import Presentation
import Testing

private typealias Document = ExplanationDocument

@Suite("Explanations")
struct ExplanationTextTests {
    private let disagreement = """
        "state":"live","contents":2,"contributors":2,"rule":"The highest value wins.",
        "winner":\(Document.candidate("bob", 0.92)),"runner_up":\(Document.candidate("carol", 0.88)),
        "decided_by":"value","margin":0.040000000000000036,
        "flips":[{"origin":"carol","change":"value","to":0.93,"then":"carol","text":"carol states it with 0.93"}],
        "contributions":[\(Document.contribution("bob", 0.92)),
        \(Document.contribution("carol", 0.88, path: #"["hub-us","hub-eu"]"#)),
        \(Document.contribution("dave", 0.5, standing: "below-threshold")),
        \(Document.contribution("emil", 0.9, standing: "retracted", state: "retracted"))],
        "resolutions":[],"quarantine":[],
        "history":[{"origin":"bob","ended_by":"newer-statement"},{"origin":"eve","ended_by":"revocation"}]
        """

    @Test("The answer comes first, then why, what would change it, who says what, and what can be done")
    func whole() throws {
        #expect(
            try Document.text(Document.of(disagreement)) == """
                skills-patterns/skill-123: bob's version is served, value 0.92

                It beats carol's (value 0.88) because its value is higher, by 0.04.
                Rule: The highest value wins.

                What would change that:
                  - carol states it with 0.93

                Who says what:
                  ORIGIN  VALUE  UPDATED               RECEIVED              STANDING             PATH           CHECKSUM
                  bob      0.92  2026-11-20T08:30:00Z  2026-11-20T09:00:00Z  served               -              bbbbbbbbbbbb
                  carol    0.88  2026-11-20T08:30:00Z  2026-11-20T09:00:00Z  could be served      hub-us>hub-eu  cccccccccccc
                  dave      0.5  2026-11-20T08:30:00Z  2026-11-20T09:00:00Z  below the threshold  -              dddddddddddd
                  emil      0.9  2026-11-20T08:30:00Z  2026-11-20T09:00:00Z  taken back           -              eeeeeeeeeeee

                History: 2 earlier versions kept, 1 of them ended because their node was revoked; --json lists them.

                Next: nothing has to be done. `tributary-hub retraction add skills-patterns skill-123 --reason TEXT` would \
                stop serving it.
                """
        )
    }

    @Test(
        "What decided is told in words",
        arguments: [
            ("highest-value", "value", "0.5", "because its value is higher, by 0.5."),
            ("highest-value", "updated_at", "90", "because the values are the same and it is newer, by 1 min."),
            ("latest", "updated_at", "10920", "because it is newer, by 3 h 2 min."),
            ("latest", "updated_at", "180000", "because it is newer, by 2 days 2 h."),
            ("latest", "updated_at", "0.25", "because it is newer, by 0.25 s."),
            ("latest", "updated_at", "null", "because it is newer."),
            ("highest-value", "checksum", "null", "by its checksum alone"),
            ("latest", "origin", "null", "carol says exactly the same"),
            ("latest", "something-new", "null", "carol's (value 0.88) comes next."),
        ]
    )
    func decided(_ strategy: String, _ criterion: String, _ margin: String, _ expected: String) throws {
        let document = Document.of(
            """
            "state":"live","winner":\(Document.candidate("bob", 0.92)),"runner_up":\(Document.candidate("carol", 0.88)),
            "decided_by":"\(criterion)","margin":\(margin)
            """,
            strategy: strategy
        )
        #expect(try Document.text(document).contains(expected))
    }

    @Test(
        "Without a rule from the hub, the strategy is told in words",
        arguments: [
            ("latest", "the newest version"), ("highest-value", "the version with the highest value"),
            ("merge", "are merged"), ("manual", "a person decides"), ("of-the-future", "of-the-future."),
        ]
    )
    func rules(_ strategy: String, _ expected: String) throws {
        let text = try Document.text(
            Document.of(#""state":"live","winner":\#(Document.candidate("bob", 0.92))"#, strategy: strategy)
        )
        #expect(text.contains("\nRule: ") && text.contains(expected))
        if strategy != "manual" { #expect(text.contains("Nobody else has a version that could be served.")) }
    }

    @Test("A merged winner names whose versions it was made of")
    func merged() throws {
        func parents(_ names: [String]) -> String {
            #","parents":["# + names.map { #"{"origin":"\#($0)","incarnation":1,"revision":5}"# }.joined(separator: ",")
                + "]"
        }
        let text = try Document.text(
            Document.of(
                """
                "state":"live","winner":\(Document.candidate("bob", 0.92, parents: parents(["alice", "bob"]))),
                "runner_up":\(Document.candidate("alice", 0.9)),"decided_by":"value","margin":0.02,
                "contributions":[\(Document.contribution("alice", 0.9)),\(Document.contribution("bob", 0.92)),
                \(Document.contribution("carol", 0.9, standing: "withheld"))]
                """,
                strategy: "merge"
            )
        )
        #expect(
            text.hasPrefix("skills-patterns/skill-123: a merger of alice's and bob's versions is served, value 0.92\n")
        )
        #expect(text.contains("The best of them is bob's; the others add what it lacks."))
        #expect(text.split(separator: "\n").count { $0.contains("  merged  ") } == 2)
        #expect(text.contains("  withheld  "))
        let many = Document.of(
            #""state":"live","winner":\#(Document.candidate("a", 1, parents: parents(["a", "b", "c", "d", "e", "f"])))"#
        )
        #expect(try Document.answer(many).contains("a merger of a's, b's, c's, d's and 2 others' versions is served"))
    }

    @Test("Under manual, who decided and why is told, and what still waits")
    func manual() throws {
        let resolution = """
            {"origin":"hub-us","revision":3,"decision":"content","by":"ops","reason":"bob measured it",
            "at":"2026-11-21T10:00:00.000000Z","covers":["b","c"],"checksum":"\(String(repeating: "b", count: 64))",
            "source":{"origin":"bob","incarnation":1,"revision":7,"checksum":"\(String(repeating: "b", count: 64))"}}
            """
        func text(_ state: String, _ resolutions: String, contents: Int = 2) throws -> String {
            try Document.text(
                Document.of(
                    """
                    "state":"\(state)","contents":\(contents),"winner":\(Document.candidate("bob", 0.92)),
                    "resolutions":[\(resolutions)]
                    """,
                    strategy: "manual"
                )
            )
        }
        let decided = try text("live", resolution)
        #expect(decided.contains("\nDecided by ops on 2026-11-21T10:00:00Z: bob measured it\n"))
        #expect(decided.contains("  2026-11-21T10:00:00Z: ops chose content bbbbbbbbbbbb out of 2: bob measured it"))
        let open = try text("conflict", resolution, contents: 3)
        #expect(
            open.hasPrefix(
                "skills-patterns/skill-123: bob's version is served, value 0.92; 3 contents wait for a decision\n"
            )
        )
        #expect(open.contains("\nLast decided by ops"))
        #expect(open.contains("Next: `tributary-hub conflict show skills-patterns skill-123` compares"))
        #expect(try text("live", "", contents: 1).contains("All who share it say the same"))
    }

    @Test("What is served may be an earlier version than its origin states now")
    func earlierVersion() throws {
        let text = try Document.text(
            Document.of(
                """
                "state":"conflict","contents":2,"winner":\(Document.candidate("bob", 0.92)),
                "contributions":[\(Document.contribution("bob", 0.9, revision: 6))]
                """
            )
        )
        #expect(text.contains("  could be served  "))
        #expect(!text.contains("  served  "))
    }

    @Test("What would change it is told also where the hub has no words for it")
    func flips() throws {
        let text = try Document.text(
            Document.of(
                """
                "state":"live","winner":\(Document.candidate("bob", 0.92)),"flips":[
                {"origin":"carol","change":"value","to":0.93,"then":"carol"},
                {"origin":"carol","change":"updated_at","to":"2026-11-21T10:00:00.5Z","then":"carol"},
                {"origin":"bob","change":"retraction","then":null},{"change":"?"},7]
                """
            )
        )
        #expect(
            text.contains(
                """
                What would change that:
                  - carol states it with value 0.93: then carol's version is served
                  - carol updates it, after 2026-11-21T10:00:00Z: then carol's version is served
                  - bob takes it back: then nothing is served

                """
            )
        )
    }

    @Test("A document of the past is told in the past")
    func past() throws {
        let at = #""at":"2026-11-01T00:00:00.000000Z","state":"live""#
        #expect(
            try Document.answer(Document.of(#"\#(at),"winner":\#(Document.candidate("bob", 0.92))"#))
                == "skills-patterns/skill-123 at 2026-11-01T00:00:00Z: bob's version was served, value 0.92"
        )
        #expect(
            try Document.answer(Document.of(#"\#(at),"absent":{"code":"taken-back","detail":"x"}"#))
                == "skills-patterns/skill-123 at 2026-11-01T00:00:00Z was not served: everybody who shared it has taken it back"
        )
    }

    @Test("Nothing is advised about the past, and what was erased of it is no absence")
    func erasedPast() throws {
        let erasure = #""erasure":{"at":"2026-11-09T00:00:00.000000Z","by":"ops","reason":"a key"}"#
        let at = #""at":"2026-11-01T00:00:00.000000Z",\#(erasure)"#
        let lost = try Document.text(
            Document.of(#"\#(at),"absent":{"code":"erased","detail":"its text was erased"}"#)
        )
        #expect(
            lost.hasPrefix(
                """
                skills-patterns/skill-123 at 2026-11-01T00:00:00Z: what was served cannot be told, because its text was \
                erased on 2026-11-09T00:00:00Z by ops (a key)
                Who had said something, when it came, and its checksum are known still.

                """
            )
        )
        let half = try Document.text(
            Document.of(
                """
                \(at),"winner":\(Document.candidate("bob", 0.92)),
                "contributions":[\(Document.contribution("ann", 0, standing: "erased")),
                \(Document.contribution("bob", 0.92))]
                """
            )
        )
        #expect(half.contains("what ann said was erased on 2026-11-09T00:00:00Z by ops (a key), and may"))
        #expect(!lost.contains("Next") && !half.contains("Next") && !half.contains("tributary-hub"))
    }

    @Test("What a person wrote is theirs, and no node's")
    func written() throws {
        let winner = Document.candidate("hub-us", 0.92, parents: #","written_by":"ops""#)
        let resolution = """
            {"decision":"content","by":"ops","reason":"r","at":"2026","covers":["b","c"],
            "checksum":"\(String(repeating: "c", count: 64))"}
            """
        let document = Document.of(
            #""state":"live","contents":2,"winner":\#(winner),"resolutions":[\#(resolution)]"#,
            strategy: "manual"
        )
        let text = try Document.text(document)
        #expect(text.hasPrefix("skills-patterns/skill-123: what ops wrote is served, value 0.92"))
        #expect(text.contains("ops wrote content cccccccccccc in view of 2 contents: r"))
    }

    @Test("Commands have the options that lead to the hub, where those are known")
    func options() throws {
        let document = Document.of(#""state":"live","winner":\#(Document.candidate("bob", 0.92))"#)
        let command = "`tributary-hub retraction add skills-patterns skill-123 --reason TEXT"
        #expect(try Document.text(document).contains("\(command)`"))
        #expect(try Document.text(document, hubOptions: "--data-dir '/a b'").contains("\(command) --data-dir '/a b'`"))
    }

    @Test("What a document says is obeyed by no terminal, and commands can be copied")
    func harmless() throws {
        let text = try Document.text(
            Document.of(
                #"""
                "state":"conflict","contents":2,"absent":{"code":"conflict","detail":"red \u001b[31m\n"},
                "contributions":[{"origin":"\u001b]0;x\u0007","path":["\u202e"]}],"winner":null,"runner_up":null,
                "quarantine":[{"number":7,"node":"\r","code":"\u0001","detail":"\u2028"}],
                "resolutions":[{"decision":"\u0008","by":"\u0008","reason":"\u0008","at":"\u0008"}]
                """#,
                id: "it's; rm -rf /"
            )
        )
        let controls = text.unicodeScalars.filter { $0 != "\n" && ($0.value < 0x20 || $0.value > 0x7E) }
        #expect(controls.isEmpty)
        #expect(text.contains(#"`tributary-hub conflict show skills-patterns 'it'\''s; rm -rf /'`"#))
    }

    @Test(
        "A document of which everything is missing or of another kind is survived",
        arguments: [
            "{}",
            #"{"winner":7,"flips":{},"contributions":[1,null,{}],"quarantine":[[]],"resolutions":"x","history":[3]}"#,
            #"{"winner":{},"runner_up":{},"decided_by":3,"margin":"x","absent":[],"state":[]}"#,
            #"{"winner":{"origin":"a","value":1e300},"runner_up":{"origin":"b"},"decided_by":"updated_at","margin":1e300}"#,
        ]
    )
    func survived(_ document: String) throws {
        let text = try Document.text(document)
        #expect(!text.isEmpty)
        #expect(text.contains("Next: "))
    }
}
