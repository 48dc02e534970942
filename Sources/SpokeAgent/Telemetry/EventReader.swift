internal import Digest
internal import Federation
internal import JSON

/// Makes of a telemetry event the pattern it is, by rules.
struct EventReader {
    /// What an event is.
    enum Outcome {
        /// A pattern: a record as sources hand them out.
        case pattern(id: PatternID, record: [UInt8])
        /// Something that a rule is about, and no pattern.
        case passedOver(PassedOver)
        /// Nothing that a rule is about.
        case other
    }

    /// Why an event that a rule is about is no pattern; the codes are stable.
    enum PassedOver: String {
        /// It does not have what the rule asks for.
        case unfit = "event-unfit"
        /// It says nothing of its value.
        case withoutValue = "event-without-value"
        case belowThreshold = "event-below-threshold"
        /// Its texts were replaced by digests or placeholders before it was written.
        case scrubbed = "event-scrubbed"
        /// It is no JSON, or holds what no pattern can.
        case unreadable = "event-unreadable"
    }

    private let rules: [EventRule]
    private let policy: CollectionPolicy
    private let hasher: SHA256

    /// A reader by those of `rules` that make patterns of the policy's collection.
    init(rules: [EventRule], policy: CollectionPolicy, hasher: SHA256) {
        self.rules = rules.filter { $0.collection == policy.collection }
        self.policy = policy
        self.hasher = hasher
    }

    /// The same key, the same outcomes.
    var key: String {
        (["\(policy.threshold) \(policy.valueRule.rawValue)"] + rules.map(\.key)).joined(separator: "\n")
    }

    /// What the event `text` is.
    func read(_ text: UnsafeRawBufferPointer) -> Outcome {
        guard let root = (try? JSONDocument(parsing: text))?.root, root.kind == .object else {
            return .passedOver(.unreadable)
        }
        return read(root)
    }

    /// What `event` is, an object.
    func read(_ event: JSONNode) -> Outcome {
        let types = [event["event"]?.string, event["event_type"]?.string].compactMap(\.self)
        var isUnfit = false
        for rule in rules where rule.events.isEmpty || rule.events.contains(where: types.contains) {
            guard rule.conditions.allSatisfy({ $0.isMet(by: event) }) else {
                isUnfit = isUnfit || !rule.events.isEmpty
                continue
            }
            return apply(rule, to: event)
        }
        return isUnfit ? .passedOver(.unfit) : .other
    }

    private func apply(_ rule: EventRule, to event: JSONNode) -> Outcome {
        guard let payload = try? payload(of: event, by: rule), let id = id(of: event, by: rule),
            let root = (try? JSONDocument(parsing: payload))?.root
        else { return .passedOver(.unreadable) }
        guard !EventReader.isScrubbed(root) else { return .passedOver(.scrubbed) }
        switch policy.valueRule.read(root) {
        case .absent: return .passedOver(.withoutValue)
        case .unusable: return .passedOver(.unreadable)
        case .value(let value) where !policy.admitsToWin(value): return .passedOver(.belowThreshold)
        case .value:
            let record: JSONValue = ["id": .string(id.description), "payload": .raw(payload)]
            return .pattern(id: id, record: record.bytes)
        }
    }

    /// The payload by `rule`, as JSON; throws a `JSONError`.
    private func payload(of event: JSONNode, by rule: EventRule) throws(JSONError) -> [UInt8] {
        var members: [JSONValue.Member] = []
        if rule.members.isEmpty {
            for (name, value) in event.members.sorted(by: { $0.name < $1.name })
            where !EventReader.marks.contains(name) {
                members.append(.init(name, .raw(try EventReader.canonical(value))))
            }
        }
        for member in rule.members {
            guard let value = member.source.value(in: event) else { continue }
            members.append(.init(member.name, .raw(try EventReader.canonical(value))))
        }
        if !members.contains(where: { $0.name == EventReader.valueMember }) {
            switch rule.value {
            case .fixed(let value): members.append(.init(EventReader.valueMember, .number(value)))
            case .member(let path):
                guard let value = path.value(in: event) else { break }
                members.append(.init(EventReader.valueMember, .raw(try EventReader.canonical(value))))
            case nil: break
            }
        }
        return JSONValue.object(members).bytes
    }

    private static let valueMember = "value_score"
    /// What says that something happened, and nothing of what was learned.
    private static let marks: Set<String> = ["event", "event_type", "pattern_extracted"]

    private static func canonical(_ node: JSONNode) throws(JSONError) -> [UInt8] {
        var text: [UInt8] = []
        try CanonicalJSON.append(node, to: &text, maximumDepth: Limits.payloadDepth)
        return text
    }

    /// The same id for the same event, whoever reads it and how often.
    private func id(of event: JSONNode, by rule: EventRule) -> PatternID? {
        let identity: String
        switch rule.identity {
        case .member(let path):
            guard let own = path.value(in: event), let text = own.string ?? own.integer.map(String.init) else {
                return wholeID(of: event, rule)
            }
            identity = text
        case .texts(let paths):
            let texts = paths.map { $0.value(in: event)?.string?.lowercased() ?? "" }
            hasher.update(texts.joined(separator: "\n"))
            identity = hasher.finish().hex
        case .event:
            return wholeID(of: event, rule)
        }
        return NameBasedID.id(of: ["event", rule.name, identity])
    }

    private func wholeID(of event: JSONNode, _ rule: EventRule) -> PatternID? {
        guard let text = try? EventReader.canonical(event) else { return nil }
        hasher.update(text)
        return NameBasedID.id(of: ["event", rule.name, hasher.finish().hex])
    }

    /// Whether a text in it was replaced before it was written, so that nothing can be learned from it.
    private static func isScrubbed(_ node: JSONNode) -> Bool {
        switch node.kind {
        case .string: node.string.map(isScrubbed) ?? false
        case .array: node.elements.contains(where: isScrubbed)
        case .object: node.members.contains { isScrubbed($0.value) }
        case .integer, .real, .boolean, .null: false
        }
    }

    private static func isScrubbed(_ text: String) -> Bool {
        if text.contains("[REDACTED:") { return true }
        guard text.hasPrefix("sha256:") else { return false }
        let digits = text.dropFirst(7)
        return digits.utf8.count >= leastDigits && digits.allSatisfy(\.isHexDigit)
    }

    /// Digits from which on what follows `sha256:` is taken for a digest.
    private static let leastDigits = 8
}
