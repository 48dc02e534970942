internal import Federation
package import JSON
internal import Settings

extension SharingRules {
    /// Reads rules as settings have them, under the key `place`; throws an `InvalidSetting` that names the place.
    package init(_ node: JSONNode, place: String) throws {
        self.init()
        let keys = ["collections", "minValue", "tags", "categories", "agentTypes", "projects", "scopes"]
        let members = try ConfigurationMembers(node, keys: keys, place: "\(place).")
        collections = try members.read("collections") {
            try members.strings("collections")?.map { try SettingText.collection($0) }
        }
        minimumValue = try members.read("minValue") { try members.number("minValue").map { try SettingText.value($0) } }
        tags = try SharingSelection(members["tags"], place: "\(place).tags")
        categories = try SharingSelection(members["categories"], place: "\(place).categories")
        agentTypes = try SharingSelection(members["agentTypes"], place: "\(place).agentTypes")
        projects = try SharingSelection(members["projects"], place: "\(place).projects")
        guard let scopes = try members.strings("scopes") else { return }
        guard !scopes.contains(where: { SharingSelection.isSame(SharingRules.localScope, $0) }) else {
            throw InvalidSetting(
                description: "'\(place).scopes' has 'local', which never leaves this machine; take it out of the list"
            )
        }
        self.scopes = scopes
    }

    /// The rules as settings have them.
    package var json: JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue) { members.append(.init(name, value)) }
        if let collections { add("collections", .array(collections.map { .string($0.text) })) }
        if let minimumValue { add("minValue", .number(minimumValue)) }
        if tags != SharingSelection() { add("tags", tags.json) }
        if categories != SharingSelection() { add("categories", categories.json) }
        if agentTypes != SharingSelection() { add("agentTypes", agentTypes.json) }
        if projects != SharingSelection() { add("projects", projects.json) }
        add("scopes", .array(scopes.map { .string($0) }))
        return .object(members)
    }
}

extension SharingSelection {
    /// Reads what is selected; nothing where there is no such key.
    fileprivate init(_ node: JSONNode?, place: String) throws {
        self.init()
        guard let node else { return }
        let members = try ConfigurationMembers(node, keys: ["only", "except"], place: "\(place).")
        only = try members.strings("only") ?? []
        except = try members.strings("except") ?? []
    }
}
