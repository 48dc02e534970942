import Federation
import JSON
import Replication
import Settings
import SpokeAgent
import Testing

@Suite("Sharing rules")
struct SharingTests {
    private func exclusion(_ payload: String, by rules: String, value: Double = 0.9) throws -> SharingExclusion? {
        let rules = try SharingRules(JSONDocument(parsing: Array(rules.utf8)).root, place: "share")
        let payload = try JSONDocument(parsing: Array(payload.utf8))
        return rules.exclusion(of: payload.root, value: value, in: .skills)
    }

    @Test(
        "Each rule keeps what it names",
        arguments: [
            (#"{"minValue":0.8}"#, #"{}"#, 0.9, nil),
            (#"{"minValue":0.8}"#, #"{}"#, 0.79, .belowMinimumValue),
            (#"{"minValue":0.8}"#, #"{}"#, 0.8, nil),
            (#"{"collections":["skills-patterns"]}"#, #"{}"#, 0.9, nil),
            (#"{"collections":["best-practices"]}"#, #"{}"#, 0.9, .collection),
            (#"{"collections":[]}"#, #"{}"#, 0.9, .collection),
            (#"{"tags":{"except":["Secret"]}}"#, #"{"tags":["nix","secret"]}"#, 0.9, .tagExcluded),
            (#"{"tags":{"except":["secret"]}}"#, #"{"tags":"secret"}"#, 0.9, .tagExcluded),
            (#"{"tags":{"except":["secret"]}}"#, #"{"metadata":{"tags":["SECRET"]}}"#, 0.9, .tagExcluded),
            (#"{"tags":{"except":["secret"]}}"#, #"{"tags":["secrets"]}"#, 0.9, nil),
            (#"{"tags":{"only":["share"]}}"#, #"{"tags":["nix","share"]}"#, 0.9, nil),
            (#"{"tags":{"only":["share"]}}"#, #"{}"#, 0.9, .tagNotSelected),
            (#"{"tags":{"only":["a"],"except":["b"]}}"#, #"{"tags":["a","b"]}"#, 0.9, .tagExcluded),
            (#"{"categories":{"except":["hr"]}}"#, #"{"category":"HR"}"#, 0.9, .categoryExcluded),
            (#"{"categories":{"except":["hr"]}}"#, #"{"tool_category":"hr"}"#, 0.9, .categoryExcluded),
            (#"{"categories":{"only":["nix"]}}"#, #"{"category":"python"}"#, 0.9, .categoryNotSelected),
            (#"{"agentTypes":{"except":["tester"]}}"#, #"{"agent_type":"tester"}"#, 0.9, .agentTypeExcluded),
            (#"{"agentTypes":{"only":["coder"]}}"#, #"{"agent_type":"tester"}"#, 0.9, .agentTypeNotSelected),
            (#"{"projects":{"except":["acme*"]}}"#, #"{"project":"Acme-Bank"}"#, 0.9, .projectExcluded),
            (#"{"projects":{"except":["acme"]}}"#, #"{"file_path":"/home/a/acme/x.py"}"#, 0.9, .projectExcluded),
            (#"{"projects":{"except":["acme"]}}"#, #"{"file_path":"/home/a/acme-2/x.py"}"#, 0.9, nil),
            (#"{"projects":{"except":["/home/a/work"]}}"#, #"{"source":"/home/a/work/b/c"}"#, 0.9, .projectExcluded),
            (#"{"projects":{"except":["*/work/*"]}}"#, #"{"source":"/home/a/work/b/c"}"#, 0.9, .projectExcluded),
            (#"{"projects":{"except":["c?t"]}}"#, #"{"project":"cat"}"#, 0.9, .projectExcluded),
            (#"{"projects":{"only":["open"]}}"#, #"{"project":"closed"}"#, 0.9, .projectNotSelected),
            (#"{}"#, #"{"scope":"team"}"#, 0.9, nil),
            (#"{}"#, #"{"scope":"department"}"#, 0.9, .scopeUnknown),
            (#"{"scopes":["department"]}"#, #"{"scope":"Department"}"#, 0.9, nil),
            (#"{"scopes":["department"]}"#, #"{"scope":"team"}"#, 0.9, .scopeUnknown),
            (#"{"scopes":["team"]}"#, #"{"scope":"Local"}"#, 0.9, .scopeLocal),
            (#"{}"#, #"{"scope":["team",{"a":1}]}"#, 0.9, .scopeUnknown),
        ] as [(String, String, Double, SharingExclusion?)]
    )
    func rules(rules: String, payload: String, value: Double, expected: SharingExclusion?) throws {
        #expect(try exclusion(payload, by: rules, value: value) == expected)
    }

    @Test("What is local stays, whatever else is asked", arguments: ["local", "LOCAL", "Local"])
    func local(scope: String) throws {
        #expect(try exclusion(#"{"scope":"\#(scope)"}"#, by: #"{"minValue":0}"#) == .scopeLocal)
        #expect(try exclusion(#"{"metadata":{"scope":"\#(scope)"}}"#, by: "{}") == .scopeLocal)
    }

    @Test(
        "Settings that are not right are named, with what may have been meant",
        arguments: [
            (#"[]"#, "'share' is no object"),
            (#"{"tgas":{}}"#, "there is no setting 'share.tgas'; did you mean 'tags'?"),
            (#"{"tags":{"onyl":[]}}"#, "there is no setting 'share.tags.onyl'; did you mean 'only'?"),
            (#"{"tags":{"only":"a"}}"#, "'share.tags.only' is no list of texts"),
            (#"{"tags":["a"]}"#, "'share.tags' is no object"),
            (#"{"minValue":2}"#, "'share.minValue': a value is between 0 and 1"),
            (#"{"minValue":"0.8"}"#, "'share.minValue' is no number"),
            (#"{"collections":["A b"]}"#, "'share.collections': 'A b' is no collection's name"),
            (#"{"scopes":["team","LOCAL"]}"#, "'share.scopes' has 'local', which never leaves"),
        ]
    )
    func refusals(text: String, words: String) throws {
        let node = try JSONDocument(parsing: Array(text.utf8)).root
        let error = #expect(throws: InvalidSetting.self) { try SharingRules(node, place: "share") }
        #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
    }

    @Test("Rules are what their settings say, and different rules have different keys")
    func keys() throws {
        let texts = [
            "{}", #"{"minValue":0.8}"#, #"{"collections":["skills-patterns"]}"#,
            #"{"tags":{"only":["a"],"except":[]}}"#,
            #"{"tags":{"only":[],"except":["a"]}}"#, #"{"categories":{"only":["a"],"except":[]}}"#,
            #"{"agentTypes":{"only":["a"],"except":[]}}"#, #"{"projects":{"only":["a"],"except":[]}}"#,
            #"{"scopes":["team"]}"#,
        ]
        let rules = try texts.map { try SharingRules(JSONDocument(parsing: Array($0.utf8)).root, place: "share") }
        #expect(Set(rules.map(\.key)).count == texts.count)
        for rule in rules {
            #expect(try SharingRules(JSONDocument(parsing: rule.json.bytes).root, place: "share") == rule)
        }
    }

    @Test("With other rules what they keep is taken back, and what they let go is said again")
    func changes() throws {
        let clock = TestClock()
        let hub = FakeHub(clock: clock)
        let alice = Spoke("alice", hub, clock)
        alice.knows([
            #"{"id":"a","payload":{"value_score":0.9,"tags":["secret"]}}"#,
            #"{"id":"b","payload":{"value_score":0.9,"tags":["nix"]}}"#,
        ])
        #expect(try alice.sync().push.accepted == 2)
        alice.sharing.tags.except = ["secret"]
        let report = try alice.sync()
        #expect(report.push.retracted == 1)
        #expect(report.scan?.reasons == ["tag-excluded": 1])
        #expect(hub.statements(of: "alice")["a"]?.content == nil)
        #expect(try !alice.sync().wasScanned)
        alice.sharing.tags.except = []
        #expect(try alice.sync().push.accepted == 1)
    }
}
