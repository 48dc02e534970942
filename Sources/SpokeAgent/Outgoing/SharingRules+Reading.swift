internal import Federation
package import JSON

extension SharingRules {
    /// Reads rules from a file of settings, where they stand at `place`; throws a ``SpokeError`` that names the place.
    package init(_ node: JSONNode, at place: String = "share") throws(SpokeError) {
        self.init()
        let reader = try SettingsReader(
            node,
            at: place,
            known: ["collections", "minValue", "tags", "categories", "agentTypes", "projects", "scopes"]
        )
        if let names = try reader.texts("collections") {
            var collections: [CollectionName] = []
            for name in names {
                guard let collection = CollectionName(name) else {
                    throw reader.error(
                        "collections",
                        "'\(name)' is no collection's name, which is like skills-patterns"
                    )
                }
                collections.append(collection)
            }
            self.collections = collections
        }
        if let node = node["minValue"] {
            guard let value = node.number, (0...1).contains(value) else {
                throw reader.error("minValue", "a number between 0 and 1 is expected")
            }
            minimumValue = value
        }
        tags = try reader.selection("tags") ?? tags
        categories = try reader.selection("categories") ?? categories
        agentTypes = try reader.selection("agentTypes") ?? agentTypes
        projects = try reader.selection("projects") ?? projects
        guard let scopes = try reader.texts("scopes") else { return }
        guard !scopes.contains(where: { SharingSelection.isSame(SharingRules.localScope, $0) }) else {
            throw reader.error(
                "scopes",
                "what has the scope 'local' never leaves this machine; take it out of the list"
            )
        }
        self.scopes = scopes
    }

    /// The rules as a file of settings has them.
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

extension SettingsReader {
    /// What is selected under `name`.
    fileprivate func selection(_ name: StaticString) throws(SpokeError) -> SharingSelection? {
        guard let node = self.node[name] else { return nil }
        let reader = try SettingsReader(node, at: "\(place).\(name)", known: ["only", "except"])
        return SharingSelection(only: try reader.texts("only") ?? [], except: try reader.texts("except") ?? [])
    }
}
