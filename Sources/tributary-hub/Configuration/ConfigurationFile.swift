import Federation
import Glibc
import JSON
import Settings

/// What `serve --config FILE` reads: one JSON object whose members are called as the options are, with underscores.
///
/// What is given on the command line wins. Passwords and tokens have no place in it: those stand in files of their own.
struct ConfigurationFile: Equatable {
    var dataDirectory: String?
    var databaseURL: String?
    var databaseAccount: String?
    var listen: String?
    var metricsListen: String?
    var historyDays: Int64?
    var historyRows: Int64?
    var logLevel: String?
    var name: String?
    var caFile: String?
    /// None where the file names none: then the hub has no upstream from a configuration file.
    var upstreams: [UpstreamSettings] = []

    /// Upstreams that one file may name.
    private static let greatestUpstreams = 64

    private static let keys = [
        "data_dir", "database_url", "database_account", "listen", "metrics_listen", "history_days", "history_rows",
        "log_level", "name", "ca_file", "upstreams",
    ]

    /// A hyphen, as options have it, is as good as an underscore.
    static func spelling(_ key: String) -> String { String(key.map { $0 == "-" ? "_" : $0 }) }

    /// The configuration in the file at `path`; throws a ``ConfigurationFailure`` that names the file and the member.
    init(path: String) throws {
        let text: [UInt8]
        do {
            text = try ContentFile.read(path)
        } catch {
            throw ConfigurationFailure("the configuration file \(error)")
        }
        do {
            try self.init(text)
        } catch {
            throw ConfigurationFailure("the configuration file \(path): \(error)")
        }
    }

    /// The configuration that `text` spells.
    init(_ text: [UInt8]) throws {
        let root: JSONNode
        do { root = try JSONDocument(parsing: text).root } catch { throw InvalidSetting(description: "\(error)") }
        let members = try ConfigurationMembers(
            root,
            keys: ConfigurationFile.keys,
            place: "",
            spelling: ConfigurationFile.spelling
        )
        dataDirectory = try members.string("data_dir")
        databaseURL = try members.string("database_url")
        databaseAccount = try members.string("database_account")
        listen = try members.string("listen")
        metricsListen = try members.string("metrics_listen")
        historyDays = try members.integer("history_days")
        historyRows = try members.integer("history_rows")
        logLevel = try members.string("log_level")
        name = try members.string("name")
        caFile = try members.string("ca_file")
        guard let list = members["upstreams"] else { return }
        guard list.kind == .array, list.elements.count <= ConfigurationFile.greatestUpstreams else {
            throw InvalidSetting(
                description: "'upstreams' is no list of at most \(ConfigurationFile.greatestUpstreams) upstreams"
            )
        }
        for (index, element) in list.elements.enumerated() {
            let settings = try UpstreamSettings(element, place: "upstreams[\(index)].")
            guard !upstreams.contains(where: { $0.endpoint == settings.endpoint }) else {
                throw InvalidSetting(description: "the upstream \(settings.endpoint) is listed twice")
            }
            upstreams.append(settings)
        }
    }
}

extension UpstreamSettings {
    private static let keys = ["url", "node", "token_file", "collections", "min_value", "sync_interval"]

    /// The upstream that a member of the configuration file describes; `place` is where it stands there.
    init(_ node: JSONNode, place: String) throws {
        let members = try ConfigurationMembers(
            node,
            keys: UpstreamSettings.keys,
            place: place,
            spelling: ConfigurationFile.spelling
        )
        endpoint = try members.read("url") { try UpstreamSettings.endpoint(try members.required("url")) }
        let name = try members.required("node")
        guard let node = NodeName(name) else {
            throw InvalidSetting(description: "'\(place)node': '\(name)' is no node name")
        }
        self.node = node
        tokenFile = try members.required("token_file")
        guard tokenFile.hasPrefix("/") else {
            throw InvalidSetting(description: "'\(place)token_file' is no absolute path: \(tokenFile)")
        }
        if let list = members["collections"], list.kind != .null {
            let names = list.elements.compactMap(\.string)
            guard list.kind == .array, names.count == list.elements.count else {
                throw InvalidSetting(description: "'\(place)collections' is no list of collections' names")
            }
            collections = try members.read("collections") { try UpstreamSettings.collections(names) }
        }
        if let value = try members.number("min_value") {
            minValue = try members.read("min_value") { try UpstreamSettings.minValue(value) }
        }
        if let seconds = try members.integer("sync_interval") {
            syncInterval = try members.read("sync_interval") { try UpstreamSettings.syncInterval(seconds) }
        }
    }
}
