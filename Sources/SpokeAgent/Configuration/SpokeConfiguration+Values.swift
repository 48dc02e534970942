package import Federation
internal import JSON
internal import Replication
internal import Settings

extension SpokeConfiguration {
    /// The hubs in the order of preference, at least one; throws ``SpokeError`` where one lacks something.
    package func hubs() throws(SpokeError) -> [HubSettings] {
        if entries[.hubs] != nil { return try list(of: .hubs) }
        guard let entry = entries[.hub] else { throw missing(.hub, "no hub is set", "URL") }
        return [try hub(.object([.init("url", entry.value)]), place: nil)]
    }

    /// The hubs that `setting` lists; throws ``SpokeError`` where one lacks something.
    func list(of setting: Setting) throws(SpokeError) -> [HubSettings] {
        guard let entry = entries[setting], case .array(let elements) = entry.value else { return [] }
        var hubs: [HubSettings] = []
        for (index, element) in elements.enumerated() {
            hubs.append(try hub(element, place: "\(setting.rawValue)[\(index)]"))
        }
        return hubs
    }

    private func hub(_ value: JSONValue, place: String?) throws(SpokeError) -> HubSettings {
        let whose = place.map { " for \($0)" } ?? ""
        guard let node = own(.node, of: value) else {
            throw missing(.node, "this node's name is not set\(whose)", "NAME")
        }
        guard let tokenFile = own(.tokenFile, of: value) else {
            let event =
                "this node has no token\(whose): 'tributary-spoke enroll' gets one with the join token that the hub's"
                + " operator makes; where it is in a file already"
            throw missing(.tokenFile, event, "FILE")
        }
        do throws(InvalidSetting) {
            return HubSettings(
                endpoint: try SettingText.endpoint(value.member("url")?.stringValue ?? ""),
                node: try SettingText.node(node),
                tokenFile: tokenFile,
                caFile: own(.caFile, of: value)
            )
        } catch { throw SpokeError(.configuration, "\(place ?? "the hub"): \(error)") }
    }

    /// What a hub has of `setting`: its own, or what all have in common.
    private func own(_ setting: Setting, of hub: JSONValue) -> String? {
        hub.member(setting.rawValue)?.stringValue ?? entries[setting]?.value.stringValue
    }

    /// What is set of the preferred hub, whether everything is set of it or not: its address for `hub`, and of `node`,
    /// `tokenFile` and `caFile` its own or what all have in common.
    package func preferred(_ setting: Setting) -> String? {
        var hub = JSONValue.object([])
        if case .array(let elements) = entries[.hubs]?.value, let first = elements.first { hub = first }
        if setting == .hub { return entries[.hub]?.value.stringValue ?? hub.member("url")?.stringValue }
        return own(setting, of: hub)
    }

    /// The folder for the state; throws ``SpokeError`` where nothing tells which.
    package func state() throws(SpokeError) -> String {
        guard let state = entries[.state]?.value.stringValue else {
            throw missing(.state, "HOME is not set, so nothing tells where the state is", "FOLDER")
        }
        return state
    }

    /// The sources as `KIND:PLACE`.
    package var sources: [String] { entries[.sources]?.value.stringValues ?? [] }

    /// The sinks as `KIND:PLACE`.
    package var sinks: [String] { entries[.sinks]?.value.stringValues ?? [] }

    /// How the Qdrants among sources and sinks are asked.
    package var qdrant: QdrantSettings {
        QdrantSettings(
            apiKeyFile: entries[.qdrantApiKeyFile]?.value.stringValue,
            vector: entries[.qdrantVector]?.value.stringValue,
            model: entries[.qdrantModel]?.value.stringValue
        )
    }

    /// The collections to work on; all of the hub's where empty.
    package var collections: [CollectionName] {
        (entries[.collections]?.value.stringValues ?? []).compactMap(CollectionName.init)
    }

    /// Whether vectors are pulled too.
    package var keepsVectors: Bool { entries[.vectors]?.value == .boolean(true) }

    /// How long a running spoke waits between rounds.
    package var syncInterval: SyncInterval {
        guard case .integer(let seconds) = entries[.syncInterval]?.value,
            let interval = try? SettingText.syncInterval(seconds)
        else { return .standard }
        return interval
    }

    /// Throws a ``SpokeError`` where there is no source.
    package func requireSource() throws(SpokeError) {
        if sources.isEmpty { throw missing(.sources, "there is no source to read from", "jsonl:FOLDER") }
    }

    /// That `setting` is not set, and the three ways to set it.
    package func missing(_ setting: Setting, _ event: String, _ placeholder: String) -> SpokeError {
        let option = setting.option.map { "give \($0) \(placeholder), " } ?? ""
        let file = writableFile.map { ", or write \"\(setting.rawValue)\" into \($0)" } ?? ""
        return SpokeError(.usage, "\(event): \(option)set \(setting.variable)\(file)")
    }
}
