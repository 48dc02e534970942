internal import Federation
internal import JSON
internal import Replication
internal import Settings

/// Reads values of settings as they are written in files and variables, and makes them what they mean.
///
/// Throws `InvalidSetting`, in which the setting's own name does not stand again.
struct SettingReader {
    /// The folder that relative paths are meant in; `nil` for the working folder.
    var base: String?
    /// The user's folder.
    var home: String?

    /// Hubs, sources and the like that one list may have.
    private static let greatestList = 64
    /// Levels of nesting in one setting.
    private static let greatestDepth = 16

    /// The value of `setting` that `node` spells.
    func value(of setting: Setting, _ node: JSONNode) throws -> JSONValue {
        switch setting.shape {
        case .address, .nodeName, .path, .text:
            guard let text = node.string, !text.isEmpty else { throw InvalidSetting(description: "is no text") }
            return try scalar(setting, text)
        case .places, .collectionNames:
            let texts = node.elements.compactMap(\.string)
            guard node.kind == .array, texts.count == node.elements.count else {
                throw InvalidSetting(description: "is no list of texts")
            }
            return try list(setting, texts)
        case .boolean:
            guard let flag = node.boolean else { throw InvalidSetting(description: "is neither true nor false") }
            return .boolean(flag)
        case .seconds:
            guard let seconds = node.integer else { throw InvalidSetting(description: "is no whole number") }
            return .integer(Int64(try SettingText.syncInterval(seconds).seconds))
        case .hubs:
            return try hubs(setting, node)
        case .value:
            guard let value = node.number else { throw InvalidSetting(description: "is no number") }
            return .number(try SettingText.value(value))
        case .sharingRules:
            return try SharingRules(node, place: setting.rawValue).json
        case .eventRules:
            _ = try EventRule.rules(node, place: setting.rawValue)
            var text: [UInt8] = []
            try CanonicalJSON.append(node, to: &text, maximumDepth: SettingReader.greatestDepth)
            return .raw(text)
        case .guardRules:
            return try GuardSettingText.value(node)
        case .pause:
            return try pause(setting, node)
        }
    }

    /// The value of `setting` that the text of a variable spells: lists with commas or as JSON, and the rest as JSON.
    func value(of setting: Setting, text: String) throws -> JSONValue {
        switch setting.shape {
        case .address, .nodeName, .path, .text:
            return try scalar(setting, text)
        case .places, .collectionNames:
            guard text.hasPrefix("[") else { return try list(setting, text.split(separator: ",").map(String.init)) }
            return try value(of: setting, SettingReader.parse(text))
        case .boolean:
            switch text.lowercased() {
            case "true", "yes", "1": return .boolean(true)
            case "false", "no", "0": return .boolean(false)
            default: throw InvalidSetting(description: "is neither true nor false")
            }
        case .seconds:
            guard let seconds = Int64(text) else { throw InvalidSetting(description: "is no whole number") }
            return .integer(Int64(try SettingText.syncInterval(seconds).seconds))
        case .value:
            guard let number = Double(text) else { throw InvalidSetting(description: "is no number") }
            return .number(try SettingText.value(number))
        case .hubs, .sharingRules, .eventRules, .guardRules, .pause:
            return try value(of: setting, SettingReader.parse(text))
        }
    }

    private static func parse(_ text: String) throws -> JSONNode {
        do { return try JSONDocument(parsing: Array(text.utf8)).root } catch {
            throw InvalidSetting(description: "is no JSON: \(error)")
        }
    }

    private func scalar(_ setting: Setting, _ text: String) throws(InvalidSetting) -> JSONValue {
        switch setting.shape {
        case .address: .string(try SettingText.endpoint(text).text)
        case .nodeName: .string(try SettingText.node(text).text)
        case .text: .string(text)
        default: .string(try SettingText.path(text, base: base, home: home))
        }
    }

    private func list(_ setting: Setting, _ texts: [String]) throws(InvalidSetting) -> JSONValue {
        guard texts.count <= SettingReader.greatestList else {
            throw InvalidSetting(description: "has more than \(SettingReader.greatestList) elements")
        }
        var values: [JSONValue] = []
        for text in texts {
            let value =
                switch setting.shape {
                case .places(let kinds): try SettingText.place(text, kinds: kinds, base: base, home: home)
                default: try SettingText.collection(text).text
                }
            values.append(.string(value))
        }
        return .array(values)
    }

    private func pause(_ setting: Setting, _ node: JSONNode) throws -> JSONValue {
        let members = try ConfigurationMembers(
            node,
            keys: ["metered", "batteryBelow", "meteredCommand"],
            place: "\(setting.rawValue)."
        )
        var pause: [JSONValue.Member] = []
        if let flag = try members.boolean("metered") { pause.append(.init("metered", .boolean(flag))) }
        if let percent = try members.integer("batteryBelow") {
            pause.append(
                .init("batteryBelow", .integer(try members.read("batteryBelow") { try SettingText.percent(percent) }))
            )
        }
        if let command = try members.string("meteredCommand") {
            let path = try members.read("meteredCommand") { try SettingText.path(command, base: base, home: home) }
            pause.append(.init("meteredCommand", .string(path)))
        }
        return .object(pause)
    }

    private static let hubKeys = ["url", "node", "tokenFile", "caFile"]

    private func hubs(_ setting: Setting, _ node: JSONNode) throws -> JSONValue {
        guard node.kind == .array, !node.elements.isEmpty, node.elements.count <= FailoverLimits.hubs else {
            throw InvalidSetting(description: "is no list of 1 to \(FailoverLimits.hubs) hubs")
        }
        var hubs: [JSONValue] = []
        for (index, element) in node.elements.enumerated() {
            let hub = try hub(element, place: "\(setting.rawValue)[\(index)].")
            guard !hubs.contains(where: { $0.member("url") == hub.member("url") }) else {
                throw InvalidSetting(description: "lists \(hub.member("url")?.text ?? "one hub") twice")
            }
            hubs.append(hub)
        }
        return .array(hubs)
    }

    private func hub(_ node: JSONNode, place: String) throws -> JSONValue {
        if let address = node.string {
            return .object([.init("url", .string(try SettingText.endpoint(address).text))])
        }
        let members = try ConfigurationMembers(
            node,
            keys: SettingReader.hubKeys,
            place: place,
            spelling: Setting.key(spelled:),
            advice: Setting.refusedKeys
        )
        var hub = [
            JSONValue.Member(
                "url",
                .string(try members.read("url") { try SettingText.endpoint(try members.required("url")).text })
            )
        ]
        if let name = try members.string("node") {
            hub.append(.init("node", .string(try members.read("node") { try SettingText.node(name).text })))
        }
        for key in ["tokenFile", "caFile"] {
            guard let path = try members.string(key) else { continue }
            let resolved = try members.read(key) { try SettingText.path(path, base: base, home: home) }
            hub.append(.init(key, .string(resolved)))
        }
        return .object(hub)
    }
}

extension JSONValue {
    /// The member called `name`, where this is an object that has one.
    func member(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text, where this is one.
    var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The texts, where this is a list of texts.
    var stringValues: [String]? {
        guard case .array(let elements) = self else { return nil }
        return elements.compactMap(\.stringValue)
    }
}
