import Digest
import Federation
import Replication
import SpokeAgent
import Testing

@Suite("Sources")
struct SourceTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    @Test("Lines that cannot be read are listed with their number and do not stop the file")
    func badLines() throws {
        alice.knows([
            #"{"id":"a","payload":{"value_score":0.9}}"#, "", "   ", "not json",
            #"{"id":"b","payload":{"value_score":1.5}}"#, #"{"id":"c","payload":[1]}"#, #"{"payload":{}}"#,
            #"{"id":"d","payload":{"value_score":0.9,"x":1,"x":2}}"#,
            #"{"id":"e","payload":{"value_score":0.9,"n":9007199254740993}}"#,
            #"{"id":"f","payload":{"value_score":0.9}}"#,
        ])
        let report = try alice.sync()
        #expect(report.push.accepted == 2)
        #expect(report.scan?.read == 8)
        #expect(report.scan?.unreadable == 6)
        #expect(report.scan?.badLines.map(\.line) == [4, 5, 6, 7, 8, 9])
        #expect(
            report.scan?.badLines.map(\.code) == [
                "malformed-json", "value-out-of-range", "payload-invalid", "id-invalid", "malformed-json",
                "number-not-interoperable",
            ]
        )
        #expect(report.status == .partial)
        #expect(try alice.sync().status == .partial)
    }

    @Test("Only the first twenty unreadable lines are listed")
    func boundedList() throws {
        alice.knows(Array(repeating: "broken", count: 50))
        let scan = try alice.sync().scan
        #expect(scan?.unreadable == 50)
        #expect(scan?.badLines.count == 20)
    }

    @Test("Of several lines about one pattern the last counts, and the next round has nothing to say")
    func lastLineWins() throws {
        alice.knows([
            #"{"id":"a","payload":{"value_score":0.9,"v":1}}"#, #"{"id":"b","payload":{"value_score":0.9}}"#,
            #"{"id":"a","payload":{"value_score":0.9,"v":2}}"#,
        ])
        let report = try alice.sync()
        #expect(report.scan?.superseded == 1)
        #expect(report.push.accepted == 2)
        let payload = hub.statements(of: "alice")["a"]?.content?.payload ?? []
        #expect(String(decoding: payload, as: UTF8.self) == #"{"v":2,"value_score":0.9}"#)
        alice.knows([
            #"{"id":"a","payload":{"value_score":0.9,"v":1}}"#, #"{"id":"b","payload":{"value_score":0.9}}"#,
            #"{"id":"a","payload":{"value_score":0.9,"v":2}}"#,
        ])
        #expect(try alice.sync().push.sent == 0)
    }

    @Test("Ids may be numbers up to 2^64 - 1 and UUIDs in any spelling")
    func ids() throws {
        alice.knows([
            #"{"id":18446744073709551615,"payload":{"value_score":0.9}}"#,
            #"{"id":7,"payload":{"value_score":0.9}}"#,
            #"{"id":"5C56C79369F34FBF87E6C4BF54C28C20","payload":{"value_score":0.9}}"#,
        ])
        #expect(try alice.sync().push.accepted == 3)
        #expect(
            hub.statements(of: "alice").keys.sorted() == [
                "18446744073709551615", "5c56c793-69f3-4fbf-87e6-c4bf54c28c20", "7",
            ]
        )
    }

    @Test("What was pulled and not changed is not sent back, and what was changed is")
    func echo() throws {
        hub.say("bruno", "shared", 0.9)
        hub.say("bruno", "edited", 0.9)
        _ = try alice.sync()
        let pulled = try #require(alice.learned())
        alice.knows(
            pulled.split(separator: "\n").map {
                String($0).replacing(#""id":"edited","payload":{"#, with: #""id":"edited","payload":{"more":1,"#)
            }
        )
        let report = try alice.sync()
        #expect(report.scan?.pulled == 1)
        #expect(hub.statements(of: "alice").keys.sorted() == ["edited"])
        #expect(
            hub.statements(of: "alice")["edited"].map { String(decoding: $0.content?.payload ?? [], as: UTF8.self) }
                == #"{"by":"bruno","more":1,"value_score":0.9}"#
        )
    }

    @Test("What the predecessor imported from elsewhere is not sent back while it is what the hub gave")
    func importedEcho() throws {
        hub.say("bruno", "shared", 0.9)
        _ = try alice.sync()
        alice.knows([#"{"id":"shared","payload":{"by":"bruno","value_score":0.9,"imported_from":"bruno"}}"#])
        #expect(try alice.sync().scan?.pulled == 1)
        #expect(hub.statements(of: "alice").isEmpty)
    }

    @Test("Vectors travel with their patterns, and a new vector is a new statement")
    func vectors() throws {
        alice.knows([#"{"id":"a","payload":{"value_score":0.9},"vector":[1,0.5,-2],"vector_model":"m"}"#])
        #expect(try alice.sync().push.accepted == 1)
        #expect(hub.statements(of: "alice")["a"]?.content?.vector?.values == [1, 0.5, -2])
        alice.knows([#"{"id":"a","payload":{"value_score":0.9},"vector":[1,0.5,-3],"vector_model":"m"}"#])
        #expect(try alice.sync().push.accepted == 1)
        alice.knows([#"{"id":"a","payload":{"value_score":0.9},"vector":["x"]}"#])
        #expect(try alice.sync().scan?.badLines.map(\.code) == ["vector-invalid"])
    }

    @Test("Lines of every length around the size of a chunk are read whole")
    func longLines() throws {
        let lengths = [1, 65_535 - 60, 65_536 - 60, 65_537 - 60, 131_072, 200_000, 3, 65_536 * 2 - 60]
        alice.knows(
            lengths.enumerated().map { index, length in
                #"{"id":"p\#(index)","payload":{"value_score":0.9,"x":"\#(String(repeating: "x", count: length))"}}"#
            }
        )
        let report = try alice.sync()
        #expect(report.push.accepted == Int64(lengths.count))
        for (index, length) in lengths.enumerated() {
            let payload = hub.statements(of: "alice")["p\(index)"]?.content?.payload ?? []
            #expect(payload.count == length + #"{"value_score":0.9,"x":""}"#.utf8.count)
        }
    }

    @Test("A line without end is counted, not kept")
    func oversizedLine() throws {
        alice.knows([
            #"{"id":"a","payload":{"value_score":0.9}}"#,
            #"{"id":"huge","payload":{"value_score":0.9,"x":""# + String(repeating: "x", count: 3_000_000) + #""}}"#,
            #"{"id":"b","payload":{"value_score":0.9}}"#,
        ])
        let report = try alice.sync()
        #expect(report.push.accepted == 2)
        #expect(report.scan?.badLines.map(\.code) == ["item-too-large"])
        #expect(report.scan?.badLines.map(\.line) == [2])
    }

    @Test("A last line without a newline counts, and Windows line ends do no harm")
    func lastLine() throws {
        alice.folder.write(
            "source/skills-patterns.jsonl",
            "{\"id\":\"a\",\"payload\":{\"value_score\":0.9}}\r\n\r\n{\"id\":\"b\",\"payload\":{\"value_score\":0.9}}"
        )
        #expect(try alice.sync().push.accepted == 2)
    }

    @Test("Several sources are one collection")
    func severalSources() throws {
        alice.sources = ["source", "more"]
        alice.knows([#"{"id":"a","payload":{"value_score":0.9}}"#])
        alice.knows([#"{"id":"b","payload":{"value_score":0.9}}"#], in: "more")
        #expect(try alice.sync().push.accepted == 2)
    }

    @Test("A sink may not be a source")
    func sinkIsNoSource() throws {
        alice.sinks = ["source"]
        #expect(throws: SpokeError.self) { try alice.round() }
        alice.sinks = ["./source/"]
        alice.knows(["a": 0.9])
        #expect(throws: SpokeError.self) { try alice.round() }
    }
}
