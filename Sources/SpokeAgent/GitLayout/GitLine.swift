internal import Digest
internal import Federation
internal import JSON

/// A line of a team's file of patterns, in any of the shapes that such files have.
///
/// * `{"pattern_id":...,"value_score":...,"content":...,"metadata":{...}}`: what is no `pattern_id` is the payload. Where a
///   spoke wrote it, `metadata.federation` says where it comes from.
/// * `{"id":...,"payload":{...}}`, as everywhere else.
/// * A line of telemetry, which rules make a pattern of.
struct GitLineReader {
    /// What a line is.
    enum Reading {
        /// A record as sources hand them out.
        case record([UInt8])
        /// A record that a spoke wrote, and that nobody has changed since.
        case imported([UInt8], origin: String)
        /// No pattern, for the reason that the code says.
        case passedOver(String)
        /// A pattern whose content cannot be one.
        case unusable(String)
    }

    private let collection: CollectionName
    private let events: EventReader?
    private let hasher: SHA256

    /// A reader that takes telemetry for no pattern.
    init(collection: CollectionName, hasher: SHA256) {
        self.collection = collection
        self.hasher = hasher
        events = nil
    }

    init(policy: CollectionPolicy, rules: [EventRule], hasher: SHA256) {
        collection = policy.collection
        events = EventReader(rules: rules, policy: policy, hasher: hasher)
        self.hasher = hasher
    }

    /// The same key, the same readings.
    var key: String { events?.key ?? "" }

    /// What `line` is.
    func read(_ line: RecordSlice) -> Reading {
        guard !line.isOversized, let root = (try? JSONDocument(parsing: line.bytes))?.root, root.kind == .object else {
            // Whoever reads records says what is wrong with it.
            return .record(Array(line.bytes))
        }
        if let payload = root["payload"], payload.kind == .object {
            return marked(Array(line.bytes), root["id"], payload)
        }
        if let id = root["pattern_id"] {
            do throws(JSONError) { return try documented(root, id) } catch { return .unusable(error.description) }
        }
        guard root["id"] == nil, root["event"] != nil || root["event_type"] != nil || root["timestamp"] != nil else {
            return .record(Array(line.bytes))
        }
        switch events?.read(root) ?? .other {
        case .pattern(_, let record): return .record(record)
        case .passedOver(let reason): return .passedOver(reason.rawValue)
        case .other: return .passedOver(GitLineReader.otherCode)
        }
    }

    /// Counts lines of telemetry that no rule is about.
    private static let otherCode = "event-other"

    private func documented(_ root: JSONNode, _ id: JSONNode) throws(JSONError) -> Reading {
        var payload: [JSONValue.Member] = []
        for (name, value) in root.members.sorted(by: { $0.name < $1.name }) where name != "pattern_id" {
            guard name == "metadata", let federation = value["federation"], federation.kind == .object else {
                payload.append(.init(name, .raw(try GitLine.canonical(value))))
                continue
            }
            let others = try GitLine.members(of: value, besides: ["federation"])
            if !others.isEmpty || federation[GitLine.emptyMetadata]?.boolean == true {
                payload.append(.init(name, .object(others)))
            }
            payload.append(.init("federation", .raw(try GitLine.canonical(federation))))
        }
        let record: JSONValue = ["id": .raw(try GitLine.canonical(id)), "payload": .object(payload)]
        let text = record.bytes
        guard let root = (try? JSONDocument(parsing: text))?.root, let payload = root["payload"] else {
            return .record(text)
        }
        return marked(text, root["id"], payload)
    }

    /// `record`, and whether a spoke wrote it as it stands.
    private func marked(_ record: [UInt8], _ id: JSONNode?, _ payload: JSONNode) -> Reading {
        guard let federation = payload["federation"], let origin = federation["origin"]?.string,
            let checksum = federation["checksum"]?.string,
            let id = (federation["id"] ?? id).flatMap({ try? PatternID($0) })
        else { return .record(record) }
        var canonical: [UInt8] = []
        do throws(JSONError) {
            try CanonicalJSON.append(
                payload,
                to: &canonical,
                omitting: Admission.transportKeys,
                maximumDepth: Limits.payloadDepth
            )
        } catch { return .record(record) }
        let present = PatternChecksum.content(collection: collection, id: id, payload: canonical, hasher: hasher)
        guard present.hex == checksum else { return .record(record) }
        // What was merged is none's own.
        let isMerged = federation["parents"]?.elements.isEmpty == false
        return .imported(record, origin: isMerged ? "" : origin)
    }
}

/// Lines of a team's file of patterns as a spoke writes them.
enum GitLine {
    /// Says in `metadata.federation` that the pattern has `metadata` in which there is nothing.
    fileprivate static let emptyMetadata: StaticString = "has_metadata"

    /// Appends the line for `winner`, with its newline; the same bytes on every machine.
    ///
    /// Where its payload has members that this shape uses for itself, it is written as sources have it everywhere else.
    static func append(_ winner: HeldWinner, to output: inout [UInt8]) {
        guard let line = try? documented(winner) else {
            SinkLine.append(winner, to: &output)
            return
        }
        output += line
        output.append(0x0A)
    }

    private static func documented(_ winner: HeldWinner) throws -> [UInt8]? {
        let payload = try JSONDocument(parsing: winner.payload).root
        guard payload["pattern_id"] == nil else { return nil }
        var metadata: [JSONValue.Member] = []
        var provenance = SinkLine.provenance(of: winner)
        if let node = payload["metadata"] {
            guard node.kind == .object, node["federation"] == nil else { return nil }
            metadata = try members(of: node, besides: [])
            if metadata.isEmpty { provenance.append(.init("\(emptyMetadata)", true)) }
        }
        var line: [JSONValue.Member] = [.init("pattern_id", .string(winner.id.description))]
        let leading = ["value_score", "content"]
        for name in leading {
            if let value = payload.member(name) { line.append(.init(name, .raw(try canonical(value)))) }
        }
        line += try members(of: payload, besides: leading + ["metadata"])
        metadata.append(.init("federation", .object(provenance)))
        line.append(.init("metadata", .object(metadata)))
        return JSONValue.object(line).bytes
    }

    /// The members of `object` in the order of their names.
    fileprivate static func members(
        of object: JSONNode,
        besides omitted: [String]
    ) throws(JSONError) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        for (name, value) in object.members.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        where !omitted.contains(name) {
            members.append(.init(name, .raw(try canonical(value))))
        }
        return members
    }

    fileprivate static func canonical(_ node: JSONNode) throws(JSONError) -> [UInt8] {
        var text: [UInt8] = []
        try CanonicalJSON.append(node, to: &text, maximumDepth: Limits.payloadDepth)
        return text
    }
}
