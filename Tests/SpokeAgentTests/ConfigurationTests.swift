import Federation
import Glibc
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    let folder = TemporaryFolder()

    /// Surroundings of a user whose home is the folder.
    private func surroundings(_ variables: [String: String] = [:], administrator: Bool = false) -> Surroundings {
        Surroundings(
            environment: ["HOME": folder.path].merging(variables) { $1 },
            isAdministrator: administrator,
            systemFile: folder("etc/spoke.json")
        )
    }

    private func load(
        _ options: [Setting: JSONValue] = [:],
        file: String? = nil,
        variables: [String: String] = [:]
    ) throws -> SpokeConfiguration {
        try SpokeConfiguration.load(options, file: file, surroundings(variables))
    }

    private func origin(_ setting: Setting, in configuration: SpokeConfiguration) -> String? {
        configuration.entries[setting]?.origin.text(of: setting)
    }

    /// What is said of a file with this text.
    private func complaint(_ text: String) throws -> String {
        folder.write("own.json", text)
        let error = #expect(throws: SpokeError.self) { _ = try load(file: folder("own.json")) }
        #expect(error?.status == .configuration)
        let words = error?.description ?? ""
        #expect(words.contains(folder("own.json")), "\(words)")
        return words
    }

    private static let user = ".config/tributary/spoke.json"

    @Test(
        "What other formats allow and JSON does not is named, with its line",
        arguments: [
            ("{\n \"node\": \"a\",\n}\n", "line 3", "no comma stands before a closing bracket"),
            ("{\"sources\": [\"jsonl:x\", ]}", "line 1", "no comma stands before a closing bracket"),
            ("{\n // the node\n \"node\": \"a\"}", "line 2", "JSON has no comments"),
            ("{\n # the node\n \"node\": \"a\"}", "line 2", "JSON has no comments"),
            ("{\"node\": \"a\" // me\n}", "line 1", "JSON has no comments"),
            ("{\n'node': \"a\"}", "line 2", "names and texts stand in double quotes"),
            ("{\"node\": 'a'}", "line 1", "names and texts stand in double quotes"),
            ("{\"node\": \"a\"\n \"hub\": \"http://h\"}", "line 2", "a comma is missing before it"),
        ]
    )
    func slips(_ text: String, _ place: String, _ advice: String) throws {
        let words = try complaint(text)
        #expect(words.contains(place) && words.hasSuffix("; \(advice)"), "\(words)")
    }

    @Test("What a later layer sets for all hubs is shown of each, as it is used")
    func hubsAsUsed() throws {
        let hubs = ["http://one:1", "http://two:2"].map { #"{"url":"\#($0)","node":"file","tokenFile":"/file"}"# }
        folder.write(ConfigurationTests.user, #"{"hubs":[\#(hubs.joined(separator: ","))]}"#)
        let plain = try load()
        #expect(try plain.hubs().map(\.node.text) == ["file", "file"])
        let configuration = try load(variables: ["TRIBUTARY_NODE": "variable", "TRIBUTARY_TOKEN_FILE": "/variable"])
        #expect(try configuration.hubs().map(\.node.text) == ["variable", "variable"])
        #expect(try configuration.hubs().map(\.tokenFile) == ["/variable", "/variable"])
        let shown = configuration.text(hasOrigins: true)
        #expect(!shown.contains(#""file""#) && !shown.contains(#""/file""#), "\(shown)")
        // What is shown can be used as a file.
        folder.write("shown.json", configuration.json(hasOrigins: false).text)
        #expect(try load(file: folder("shown.json")).hubs() == configuration.hubs())
    }

    @Test("A text that is no JSON at all is told without advice that does not fit")
    func noSlip() throws {
        #expect(try !complaint("{\"node\" \"a\"}").contains(";"))
        #expect(try !complaint("{\"node\": \"it's, \", \"hub\": nope}").contains(";"))
    }

    @Test("Each layer replaces the one before, setting by setting")
    func layers() throws {
        folder.write("etc/spoke.json", #"{"node":"machine","state":"/machine","syncInterval":10,"vectors":true}"#)
        folder.write(ConfigurationTests.user, #"{"node":"user","state":"/user","syncInterval":20}"#)
        let configuration = try load(
            [.node: "option"],
            variables: ["TRIBUTARY_NODE": "variable", "TRIBUTARY_STATE": "/variable"]
        )
        #expect(configuration.entries[.node]?.value == "option")
        #expect(try configuration.state() == "/variable")
        #expect(configuration.syncInterval.seconds == 20)
        #expect(configuration.keepsVectors)
        #expect(origin(.node, in: configuration) == "--node")
        #expect(origin(.state, in: configuration) == "TRIBUTARY_STATE")
        #expect(origin(.syncInterval, in: configuration) == folder(ConfigurationTests.user))
        #expect(origin(.vectors, in: configuration) == folder("etc/spoke.json"))
        #expect(configuration.files == [folder("etc/spoke.json"), folder(ConfigurationTests.user)])
    }

    @Test("Without any file the defaults hold, and their origin says so")
    func defaults() throws {
        let configuration = try load()
        #expect(try configuration.state() == folder(".local/state/tributary"))
        #expect(configuration.syncInterval == .standard)
        #expect(!configuration.keepsVectors)
        #expect(origin(.state, in: configuration) == "default")
        #expect(configuration.absentFiles.count == 2)
    }

    @Test("The state's folder follows the service manager, the administrator and the XDG folders")
    func standardState() throws {
        func state(_ variables: [String: String], administrator: Bool = false) throws -> String {
            try SpokeConfiguration.load([:], file: nil, surroundings(variables, administrator: administrator)).state()
        }
        #expect(try state(["STATE_DIRECTORY": "/var/lib/x:/var/lib/y"], administrator: true) == "/var/lib/x")
        #expect(try state([:], administrator: true) == "/var/lib/tributary-spoke")
        #expect(try state(["XDG_STATE_HOME": "/elsewhere"]) == "/elsewhere/tributary")
        #expect(try state(["XDG_STATE_HOME": "relative"]) == folder(".local/state/tributary"))
        #expect(throws: SpokeError.self) { try state(["HOME": ""]) }
    }

    @Test("A file that is named replaces the usual ones, and has to be there")
    func chosen() throws {
        folder.write(ConfigurationTests.user, #"{"node":"user"}"#)
        folder.write("own.json", #"{"state":"/own"}"#)
        for configuration in [
            try load(file: folder("own.json")), try load(variables: ["TRIBUTARY_CONFIG": folder("own.json")]),
        ] {
            #expect(configuration.entries[.node] == nil)
            #expect(try configuration.state() == "/own")
        }
        let error = #expect(throws: SpokeError.self) {
            _ = try load(variables: ["TRIBUTARY_CONFIG": "/nowhere/x.json"])
        }
        #expect(error?.status == .configuration)
        #expect(error?.description.contains("TRIBUTARY_CONFIG") == true)
    }

    @Test(
        "What is wrong in a file is named with its place, and what may have been meant",
        arguments: [
            (#"{"sinc":[]}"#, "'sinks'"), (#"{"syncInterval":"3600"}"#, "'syncInterval': is no whole number"),
            (#"{"sync_intervall":3600}"#, "no setting 'sync_intervall'"), (#"{"syncInterval":0}"#, "between 1 and"),
            (#"{"hubs":[{"url":"http://a:1"},{"url":"http://b:1","tokenfile":"x"}]}"#, "'hubs[1].tokenfile'"),
            (#"{"hubs":[{"url":"http://a:1","token":"x"}]}"#, "'hubs[0].token'"), (#"{"hubs":[]}"#, "'hubs'"),
            (#"{"hubs":["http://a:1",{"url":"http://a:1/"}]}"#, "twice"), (#"{"hub":"a:1"}"#, "'hub'"),
            (#"{"hub":"http://a:1","hubs":["http://b:1"]}"#, "both"), (#"{"token":"secret"}"#, "'tokenFile'"),
            (#"{"node":"a b"}"#, "'node'"), (#"{"node":7}"#, "'node': is no text"), (#"{"vectors":1}"#, "'vectors'"),
            (#"{"sources":"jsonl:x"}"#, "'sources': is no list"), (#"{"sources":["patterns"]}"#, "jsonl:patterns"),
            (#"{"collections":["A B"]}"#, "'collections'"), (#"{"node":"a","node":"b"}"#, "duplicate"),
            (#"{"node":"a","nodeId":"b"}"#, "'node' is there twice"), (#"[]"#, "object"),
            (#"{"guard":{"outcome":{}}}"#, "'guard.outcome'"),
            (#"{"guard":{"outcomes":{"e-mail":"warn"}}}"#, "no rule e-mail"),
            (#"{"guard":{"outcomes":{"email":"ignore"}}}"#, "'guard.outcomes.email'"),
            (#"{"guard":{"allow":["email:12"]}}"#, "'guard.allow[0]'"),
            (#"{"guard":{"hostnames":["a"]}}"#, "too short"),
            ("{\n\n\"node\":\"a\"", "line 3: "),
            ("", "end of file"),
        ]
    )
    func wrong(text: String, word: String) throws {
        let words = try complaint(text)
        #expect(words.contains(word), "\(words)")
    }

    @Test("A secret in a file is refused and not repeated")
    func secret() throws {
        #expect(!(try complaint(#"{"token":"tributary_1_zanzibar"}"#)).contains("zanzibar"))
        let error = #expect(throws: SpokeError.self) {
            _ = try load(variables: ["TRIBUTARY_TOKEN": "tributary_1_zanzibar"])
        }
        #expect(error?.description.contains("TRIBUTARY_TOKEN_FILE") == true)
        #expect(error?.description.contains("zanzibar") == false)
    }

    @Test("A file that others can write is refused", arguments: [0o664, 0o646, 0o666] as [mode_t])
    func writable(mode: mode_t) throws {
        folder.write("own.json", #"{"node":"a"}"#)
        chmod(folder("own.json"), mode)
        let error = #expect(throws: SpokeError.self) { _ = try load(file: folder("own.json")) }
        #expect(error?.description.contains("chmod go-w") == true)
    }

    @Test("Paths are meant from the file's folder, from home, or as they are")
    func paths() throws {
        folder.write(
            "sub/own.json",
            """
            {"tokenFile":"token","caFile":"~/ca.pem","state":"/state",
             "sources":["jsonl:patterns","qdrant:http://localhost:6333","jsonl:~/more"]}
            """
        )
        let configuration = try load(file: folder("sub/own.json"))
        #expect(configuration.entries[.tokenFile]?.value == .string(folder("sub/token")))
        #expect(configuration.entries[.caFile]?.value == .string(folder("ca.pem")))
        #expect(try configuration.state() == "/state")
        #expect(
            configuration.sources == [
                "jsonl:\(folder("sub/patterns"))", "qdrant:http://localhost:6333", "jsonl:\(folder("more"))",
            ]
        )
        #expect(try load(variables: ["TRIBUTARY_STATE": "here"]).state() == "here")
    }

    @Test("Hubs are listed in order, with what all of them have in common beside them")
    func hubs() throws {
        folder.write(
            "own.json",
            """
            {"nodeId":"alice","tokenFile":"/t","hubs":["https://near:8092",
             {"url":"https://far:8092/","node":"alice-far","tokenFile":"/far","caFile":"/ca"}]}
            """
        )
        let hubs = try load(file: folder("own.json")).hubs()
        #expect(hubs.map(\.endpoint.text) == ["https://near:8092", "https://far:8092"])
        #expect(hubs.map(\.node.text) == ["alice", "alice-far"])
        #expect(hubs.map(\.tokenFile) == ["/t", "/far"])
        #expect(hubs.map(\.caFile) == [nil, "/ca"])
        let renamed = try load([.node: "bruno"], file: folder("own.json")).hubs()
        #expect(renamed.map(\.node.text) == ["bruno", "bruno"])
        let other = try load(variables: ["TRIBUTARY_HUB": "http://other:1", "TRIBUTARY_CONFIG": folder("own.json")])
            .hubs()
        #expect(other.map(\.endpoint.text) == ["http://other:1"])
        #expect(other.map(\.tokenFile) == ["/t"])
    }

    @Test("What is missing is named with the option, the variable and the key")
    func missing() throws {
        func complaint(_ variables: [String: String]) throws -> String {
            let error = #expect(throws: SpokeError.self) { _ = try load(variables: variables).hubs() }
            #expect(error?.status == .usage)
            return error?.description ?? ""
        }
        let hub = ["TRIBUTARY_HUB": "http://a:1"]
        let node = hub.merging(["TRIBUTARY_NODE": "alice"]) { $1 }
        for (words, parts) in [
            (try complaint([:]), ["--hub URL", "TRIBUTARY_HUB", #""hub""#, folder(ConfigurationTests.user)]),
            (try complaint(hub), ["--node NAME", "TRIBUTARY_NODE", #""node""#]),
            (try complaint(node), ["--token-file FILE", "TRIBUTARY_TOKEN_FILE", #""tokenFile""#]),
        ] {
            for part in parts { #expect(words.contains(part), "\(words)") }
        }
    }

    @Test("A credential of the service manager is the token where no file is named")
    func credential() throws {
        let variables = ["TRIBUTARY_HUB": "http://a:1", "TRIBUTARY_NODE": "a", "CREDENTIALS_DIRECTORY": folder.path]
        #expect(throws: SpokeError.self) { try load(variables: variables).hubs() }
        folder.write("token", "tributary_x_y")
        #expect(try load(variables: variables).hubs()[0].tokenFile == folder("token"))
        #expect(try load([.tokenFile: "/mine"], variables: variables).hubs()[0].tokenFile == "/mine")
    }

    @Test("Variables are read as files are, with lists in commas or as JSON")
    func variables() throws {
        let configuration = try load(variables: [
            "TRIBUTARY_SOURCES": "jsonl:a,jsonl:b", "TRIBUTARY_SINKS": #"["jsonl:with, comma"]"#,
            "TRIBUTARY_COLLECTIONS": "skills-patterns", "TRIBUTARY_VECTORS": "yes", "TRIBUTARY_SYNC_INTERVAL": "5",
            "TRIBUTARY_HUBS": #"[{"url":"http://a:1","node":"n","tokenFile":"~/t"}]"#, "TRIBUTARY_NODE": "",
        ])
        #expect(configuration.sources == ["jsonl:a", "jsonl:b"])
        #expect(configuration.sinks == ["jsonl:with, comma"])
        #expect(configuration.collections.map(\.text) == ["skills-patterns"])
        #expect(configuration.keepsVectors)
        #expect(configuration.syncInterval.seconds == 5)
        #expect(try configuration.hubs().map(\.tokenFile) == [folder("t")])
        #expect(configuration.entries[.node] == nil)
        for (name, value) in [
            ("VECTORS", "perhaps"), ("SYNC_INTERVAL", "soon"), ("HUBS", "a:1"), ("SOURCES", "patterns"),
            ("NODE", "a b"),
        ] {
            let error = #expect(throws: SpokeError.self) { _ = try load(variables: ["TRIBUTARY_\(name)": value]) }
            #expect(error?.description.contains("TRIBUTARY_\(name)") == true)
        }
    }

    @Test("What is shown without origins can be read as a file again")
    func shown() throws {
        folder.write(
            "own.json",
            #"{"hubs":["http://a:1"],"node":"alice","tokenFile":"/t","state":"/s","sources":["jsonl:/p"]}"#
        )
        let configuration = try load([.syncInterval: 7], file: folder("own.json"))
        folder.write("again.json", configuration.json(hasOrigins: false).text)
        let again = try load(file: folder("again.json"))
        #expect(again.entries.mapValues(\.value) == configuration.entries.mapValues(\.value))
        let table = configuration.text(hasOrigins: true)
        #expect(table.contains("--sync-interval"))
        #expect(table.contains(folder("own.json")))
    }

    @Test("Every setting has a variable of its own, named by rule")
    func names() {
        #expect(Setting.tokenFile.variable == "TRIBUTARY_TOKEN_FILE")
        #expect(Setting.syncInterval.variable == "TRIBUTARY_SYNC_INTERVAL")
        #expect(Set(Setting.allCases.map(\.variable)).count == Setting.allCases.count)
    }
}
