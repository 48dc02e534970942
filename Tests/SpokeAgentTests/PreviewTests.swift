import Federation
import Replication
import SpokeAgent
import TestSupport
import Testing

@Suite("Looking ahead where there are several hubs")
struct PreviewTests {
    let hubs = TwoHubs()
    var spoke: Spoke { hubs.spoke }

    /// What a hub has of this node: by id the version, and the value or that it was taken back.
    private func said(_ hub: FakeHub) -> [String: String] {
        hub.statements(of: "alice").mapValues { "\($0.version.revision) \($0.content?.value.description ?? "gone")" }
    }

    /// The files of the state, but for those that SQLite makes and removes beside an open one.
    private func files() -> [String: String] {
        var found: [String: String] = [:]
        let state = spoke.folder.names("state").map { "state/\($0)" }
        let further = spoke.folder.names("state/hubs").flatMap { name in
            spoke.folder.names("state/hubs/\(name)").map { "state/hubs/\(name)/\($0)" }
        }
        for name in state + further where name.hasSuffix(".sqlite") { found[name] = spoke.folder.read(name) }
        return found
    }

    /// Looks ahead, pushes, and compares with what came to the hubs; returns what was foretold.
    @discardableResult
    private func check() throws -> [PreviewItem] {
        let before = (said(hubs.first), said(hubs.second))
        let filesBefore = files()
        hubs.clock.advance(.seconds(60))
        let (report, items) = try hubs.preview()
        #expect(before == (said(hubs.first), said(hubs.second)))
        #expect(files() == filesBefore)
        let sent = try hubs.open().round(.push, in: hubs.clock.environment)
        #expect(sent.failure == nil)
        let foretold = items.filter { $0.kind != .held }
        let tally = sent.collections.reduce(into: PushTally()) { $0.add($1.push) }
        #expect(tally.sent == Int64(foretold.count))
        #expect(report.sent == tally.sent)
        #expect(report.status == sent.status)
        let isFirst = hubs.away != ["first.example"]
        let (old, new) = isFirst ? (before.0, said(hubs.first)) : (before.1, said(hubs.second))
        let changed = new.filter { old[$0.key] != $0.value }
        for (id, what) in changed {
            let item = foretold.first { $0.id.description == id }
            #expect((item?.kind == .retracted) == what.hasSuffix("gone"), "\(id) \(what) \(String(describing: item))")
        }
        // A hub that never heard of a pattern keeps nothing of its being taken back.
        let others = foretold.filter { changed[$0.id.description] == nil && $0.kind != .retracted }
        #expect(others.isEmpty, "sent, and known at the hub already: \(others)")
        return items
    }

    @Test("What is carried over from the other hub is foretold, and what this one heard already is not")
    func carriedOver() throws {
        spoke.knows(["a": 0.9, "b": 0.9])
        try check()
        hubs.away = ["first.example"]
        spoke.knows(["a": 0.8, "b": 0.9, "new": 0.9])
        #expect(try check().map(\.id.description) == ["a", "b", "new"])
        hubs.away = []
        #expect(try check().map(\.id.description) == ["a", "new"])
        hubs.away = ["first.example"]
        spoke.knows(["a": 0.8, "b": 0.9])
        #expect(try check().map(\.kind) == [.retracted])
        try hubs.join()
        hubs.away = []
        #expect(try check().isEmpty)
    }

    @Test("Which hub it is for is told, and where none answers what cannot be known")
    func whichHub() throws {
        spoke.knows(["a": 0.9])
        try check()
        spoke.knows(["a": 0.9, "b": 0.9])
        #expect(try hubs.preview().report.notes.isEmpty)
        hubs.away = ["first.example"]
        let report = try hubs.preview().report
        #expect(report.notes.count == 1)
        #expect(report.notes.first?.contains("this is for http://second.example:8092") == true)
        hubs.away = ["first.example", "second.example"]
        let (alone, items) = try hubs.preview()
        #expect(items.map(\.id.description) == ["b"])
        #expect(alone.notes.first?.contains("cannot be asked now") == true)
        #expect(alone.entries.first?.doubt?.contains("what the hub has of this node already") == true)
    }

    @Test("Where nothing would be said to the hub, nothing is foretold, and why")
    func silence() throws {
        spoke.knows(["a": 0.9])
        hubs.second.incarnation = 2
        try check()
        hubs.away = ["first.example"]
        let (report, items) = try hubs.preview()
        #expect(items.isEmpty)
        #expect(report.status == .partial)
        #expect(report.notes.first?.contains("--incarnation 2") == true)
        #expect(try hubs.sync().status == .partial)
        #expect(said(hubs.second).isEmpty)
    }

    @Test("Whoever lost its memory learns what others say before it offers anything; who is new says what it found")
    func copies() throws {
        let text = String(repeating: "how to do it ", count: 8)
        let copy = #"{"id":"copy","payload":{"value_score":0.8,"by":"bruno","text":"\#(text)"}}"#
        let own = #"{"id":"own","payload":{"value_score":0.8}}"#
        hubs.first.say("bruno", "theirs", 0.9, text: text)
        spoke.knows([own])
        #expect(try check().map(\.id.description) == ["own"])
        _ = try hubs.sync()
        spoke.knows([own, copy])
        #expect(try check().isEmpty)
        spoke.deleteState()
        #expect(try check().isEmpty)
        // What the first hub's winners say is known at the other hub too.
        _ = try hubs.sync()
        hubs.away = ["first.example"]
        #expect(try check().map(\.id.description) == ["own"])
        #expect(said(hubs.first)["copy"] == nil && said(hubs.second)["copy"] == nil)
        let carol = Spoke("carol", hubs.first, hubs.clock)
        carol.knows([copy])
        #expect(try carol.sync().push.accepted == 1)
    }

    @Test("A hub that was restored, and a state made for another hub, are foretold as they are then met")
    func histories() throws {
        spoke.knows(["a": 0.9, "b": 0.9])
        try check()
        hubs.first.epoch[0] += 1
        try hubs.first.forget("alice", "b")
        #expect(try check().map(\.id.description) == ["b"])
        hubs.first.hub = "33333333-3333-4333-8333-333333333333"
        hubs.first.epoch[0] += 1
        try hubs.first.forget("alice", "a")
        try hubs.first.forget("alice", "b")
        #expect(try check().map(\.id.description) == ["a", "b"])
    }

    @Test("Whatever happened before, the next push sends what was foretold", arguments: 0..<40)
    func foretold(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var values: [String: Double] = [:]
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let id = "p\(Int.random(in: 0..<8, using: &random))"
                values[id] = Bool.random(using: &random) ? Double.random(in: 0.5...1, using: &random) : nil
            }
            spoke.knows(values)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: hubs.away = ["first.example"]
            case 1: hubs.away = ["second.example"]
            default: hubs.away = []
            }
            if Int.random(in: 0..<3, using: &random) == 0 { try hubs.join() }
            try check()
        }
    }
}
