internal import Federation
package import JSON

extension EventRule {
    /// Reads rules from a file of settings, where their list stands at `place`; throws a ``SpokeError`` that names the
    /// place.
    package static func rules(_ node: JSONNode, at place: String = "telemetry") throws(SpokeError) -> [EventRule] {
        guard node.kind == .array else { throw SpokeError(.configuration, "\(place): a list of rules is expected") }
        var rules: [EventRule] = []
        for (index, element) in node.elements.enumerated() {
            let rule = try EventRule(element, at: "\(place)[\(index)]")
            guard !rules.contains(where: { $0.name == rule.name && $0.collection == rule.collection }) else {
                throw SpokeError(.configuration, "\(place)[\(index)].name: another rule has this name; give it its own")
            }
            rules.append(rule)
        }
        return rules
    }

    private init(_ node: JSONNode, at place: String) throws(SpokeError) {
        let reader = try SettingsReader(
            node,
            at: place,
            known: ["name", "collection", "events", "where", "id", "payload", "value"]
        )
        guard let name = try reader.text("name") else { throw reader.error("name", "a name is expected") }
        guard let collection = try reader.text("collection").flatMap({ CollectionName($0) }) else {
            throw reader.error("collection", "a collection's name is expected, which is like skills-patterns")
        }
        self.init(name: name, collection: collection, events: try reader.texts("events") ?? [])
        if let asked = node["where"] { conditions = try EventCondition.conditions(asked, at: "\(place).where") }
        if let id = node["id"] {
            identity =
                id.kind == .array
                ? .texts((try reader.texts("id") ?? []).map { MemberPath($0) })
                : try reader.text("id").map { .member(MemberPath($0)) } ?? .event
        }
        members = try EventRule.members(reader)
        guard let value = node["value"] else { return }
        if let number = value.number {
            guard (0...1).contains(number) else { throw reader.error("value", "a value is between 0 and 1") }
            self.value = .fixed(number)
        } else {
            guard let path = value.string, !path.isEmpty else {
                throw reader.error("value", "a number between 0 and 1 or the name of a member is expected")
            }
            self.value = .member(MemberPath(path))
        }
    }

    private static func members(_ reader: SettingsReader) throws(SpokeError) -> [Member] {
        guard let payload = reader.node["payload"] else { return [] }
        if payload.kind == .array {
            return (try reader.texts("payload") ?? []).map { name in
                let path = MemberPath(name)
                return Member(path.last, path)
            }
        }
        guard payload.kind == .object else {
            throw reader.error("payload", "a list of members, or an object of names and members, is expected")
        }
        var members: [Member] = []
        for (name, path) in payload.members.sorted(by: { $0.name < $1.name }) {
            guard let path = path.string, !path.isEmpty else {
                throw reader.error("payload", "the member that '\(name)' is taken from is expected as a text")
            }
            members.append(Member(name, MemberPath(path)))
        }
        return members
    }

    /// What says all of a rule: the same text, the same patterns.
    var key: String {
        let asked = conditions.map { "\($0.member) \($0.test)" }
        let taken = members.map { "\($0.name)=\($0.source)" }
        let origin = value.map { "\($0)" } ?? "-"
        return "\(name) \(collection) \(events) \(asked) \(identity) \(taken) \(origin)"
    }
}

extension EventCondition {
    /// Reads the conditions of a rule: members by name, each with what it has to be.
    fileprivate static func conditions(_ node: JSONNode, at place: String) throws(SpokeError) -> [EventCondition] {
        guard node.kind == .object else { throw SpokeError(.configuration, "\(place): an object is expected") }
        var conditions: [EventCondition] = []
        for (name, wanted) in node.members.sorted(by: { $0.name < $1.name }) {
            let path = MemberPath(name)
            let place = "\(place).\(name)"
            if let scalar = scalar(wanted) {
                conditions.append(EventCondition(path, .isOne(of: [scalar])))
            } else if wanted.kind == .array {
                let scalars = wanted.elements.compactMap(scalar)
                guard scalars.count == wanted.elements.count else {
                    throw SpokeError(.configuration, "\(place): a list of texts, numbers and truth values is expected")
                }
                conditions.append(EventCondition(path, .isOne(of: scalars)))
            } else {
                conditions += try tests(wanted, at: place).map { EventCondition(path, $0) }
            }
        }
        return conditions
    }

    private static func tests(_ node: JSONNode, at place: String) throws(SpokeError) -> [Test] {
        let reader = try SettingsReader(
            node,
            at: place,
            known: ["present", "atLeast", "atMost", "longerThan", "differsFrom"]
        )
        var tests: [Test] = []
        func number(_ name: StaticString) throws(SpokeError) -> Double? {
            guard let node = node[name] else { return nil }
            guard let number = node.number else { throw reader.error(name, "a number is expected") }
            return number
        }
        if let node = node["present"] {
            guard let wanted = node.boolean else { throw reader.error("present", "true or false is expected") }
            tests.append(.isPresent(wanted))
        }
        if let bound = try number("atLeast") { tests.append(.isAtLeast(bound)) }
        if let bound = try number("atMost") { tests.append(.isAtMost(bound)) }
        if let bound = try number("longerThan") { tests.append(.isLongerThan(Int(max(0, min(bound, 1e9))))) }
        if let other = try reader.text("differsFrom") { tests.append(.differs(from: MemberPath(other))) }
        return tests
    }

    private static func scalar(_ node: JSONNode) -> JSONValue? {
        if let text = node.string { return .string(text) }
        if let flag = node.boolean { return .boolean(flag) }
        return node.number.map { .number($0) }
    }
}
