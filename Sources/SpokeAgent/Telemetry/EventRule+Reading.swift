internal import Federation
package import JSON
internal import Settings

extension EventRule {
    /// Rules that one list may have.
    private static let greatestList = 256

    /// Reads rules as settings have them, a list under the key `place`; throws an `InvalidSetting` that names the place.
    package static func rules(_ node: JSONNode, place: String) throws -> [EventRule] {
        guard node.kind == .array, node.elements.count <= greatestList else {
            throw InvalidSetting(description: "'\(place)' is no list of up to \(greatestList) rules")
        }
        var rules: [EventRule] = []
        for (index, element) in node.elements.enumerated() {
            let rule = try EventRule(element, place: "\(place)[\(index)]")
            guard !rules.contains(where: { $0.name == rule.name && $0.collection == rule.collection }) else {
                throw InvalidSetting(
                    description: "'\(place)[\(index)].name' is another rule's name too; give it its own"
                )
            }
            rules.append(rule)
        }
        return rules
    }

    private init(_ node: JSONNode, place: String) throws {
        let keys = ["name", "collection", "events", "where", "id", "payload", "value"]
        let members = try ConfigurationMembers(node, keys: keys, place: "\(place).")
        self.init(
            name: try members.required("name"),
            collection: try members.read("collection") {
                try SettingText.collection(try members.required("collection"))
            },
            events: try members.strings("events") ?? [],
            conditions: try members["where"].map { try EventCondition.conditions($0, place: "\(place).where") } ?? [],
            members: try EventRule.members(members, place)
        )
        if members["id"]?.kind == .array {
            identity = .texts((try members.strings("id") ?? []).map { MemberPath($0) })
        } else if let path = try members.string("id") {
            identity = .member(MemberPath(path))
        }
        guard let value = members["value"] else { return }
        if value.kind == .string {
            self.value = try members.string("value").map { .member(MemberPath($0)) }
        } else {
            self.value = try members.read("value") {
                try members.number("value").map { .fixed(try SettingText.value($0)) }
            }
        }
    }

    private static func members(_ members: ConfigurationMembers, _ place: String) throws -> [Member] {
        guard let payload = members["payload"] else { return [] }
        guard payload.kind == .object else {
            return (try members.strings("payload") ?? []).map { name in
                let path = MemberPath(name)
                return Member(path.last, path)
            }
        }
        let names = payload.members.map(\.name).sorted()
        let taken = try ConfigurationMembers(payload, keys: names, place: "\(place).payload.")
        return try names.map { Member($0, MemberPath(try taken.required($0))) }
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
    /// Reads the conditions of a rule: members by their paths, each with what it has to be.
    fileprivate static func conditions(_ node: JSONNode, place: String) throws -> [EventCondition] {
        guard node.kind == .object else { throw InvalidSetting(description: "'\(place)' is no object") }
        var conditions: [EventCondition] = []
        for (name, wanted) in node.members.sorted(by: { $0.name < $1.name }) {
            let path = MemberPath(name)
            if let scalar = scalar(wanted) {
                conditions.append(EventCondition(path, .isOne(of: [scalar])))
            } else if wanted.kind == .array {
                let scalars = wanted.elements.compactMap(scalar)
                guard scalars.count == wanted.elements.count else {
                    throw InvalidSetting(
                        description: "'\(place).\(name)' is no list of texts, numbers and truth values"
                    )
                }
                conditions.append(EventCondition(path, .isOne(of: scalars)))
            } else {
                conditions += try tests(wanted, place: "\(place).\(name)").map { EventCondition(path, $0) }
            }
        }
        return conditions
    }

    private static func tests(_ node: JSONNode, place: String) throws -> [Test] {
        let keys = ["present", "atLeast", "atMost", "longerThan", "differsFrom"]
        let members = try ConfigurationMembers(node, keys: keys, place: "\(place).")
        var tests: [Test] = []
        if let wanted = try members.boolean("present") { tests.append(.isPresent(wanted)) }
        if let bound = try members.number("atLeast") { tests.append(.isAtLeast(bound)) }
        if let bound = try members.number("atMost") { tests.append(.isAtMost(bound)) }
        if let count = try members.integer("longerThan") { tests.append(.isLongerThan(Int(count))) }
        if let other = try members.string("differsFrom") { tests.append(.differs(from: MemberPath(other))) }
        return tests
    }

    private static func scalar(_ node: JSONNode) -> JSONValue? {
        if let text = node.string { return .string(text) }
        if let flag = node.boolean { return .boolean(flag) }
        return node.number.map { .number($0) }
    }
}
