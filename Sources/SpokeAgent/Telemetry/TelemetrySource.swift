package import Federation

/// A log to which agents append one event per line, and of which some events are patterns.
package struct TelemetrySource: PatternSource {
    /// The name of the log in a folder of telemetry.
    private static let logName = "hybrid-events.jsonl"
    /// How often at most a log that is written to all the time asks for a round, in microseconds.
    private static let attention: Int64 = 60 * 1_000_000

    private let path: String
    private let rules: [EventRule]

    /// The log at `path`, or the one in the folder at `path`; `rules` say which events are patterns.
    package init(path: String, rules: [EventRule] = EventRule.standard) {
        self.path = path
        self.rules = rules
    }

    package var argument: String { "telemetry:\(path)" }
    package var folder: String? { nil }

    /// The log, which need not be there yet.
    private var log: String {
        FileFingerprint(path: path)?.isFolder == true ? "\(path)/\(TelemetrySource.logName)" : path
    }

    /// What the rules make patterns of; throws a ``SpokeError`` where the folder of the log is not there.
    package func contents() throws -> [SourceContent] {
        let folder = Folder.containing(log)
        guard FileFingerprint(path: folder)?.isFolder == true else {
            throw SpokeError(
                .partial,
                "the telemetry \(log) cannot be followed, as there is no folder \(folder); check --source. What was read of"
                    + " it before goes on being shared"
            )
        }
        guard FileFingerprint(path: log) != nil else { return [] }
        var contents: [SourceContent] = []
        for name in rules.map(\.collection.text) where !contents.contains(where: { $0.name == name }) {
            contents.append(SourceContent(name: name, place: "what \(log) has for \(name)"))
        }
        return contents
    }

    package var absence: String? {
        guard FileFingerprint(path: log) == nil else { return nil }
        return "there is no log \(log) yet; it is followed as soon as an agent writes it"
    }

    package func parts(of collection: CollectionName) -> [String] {
        rules.contains { $0.collection == collection } ? [log] : []
    }

    /// What other rules made of the log stays said.
    package func keeps(_ name: String) -> Bool { name == log }

    package func open(
        _ name: String,
        of policy: CollectionPolicy,
        _ context: SourceContext
    ) throws -> (any SourcePart)? {
        let known = try context.state.existingNumber(ofPart: name, in: context.collection)
        if known == nil, context.isLookingOnly { return nil }
        let part = try known ?? context.state.number(ofPart: name, in: context.collection)
        let reader = EventReader(rules: rules, policy: policy, hasher: context.state.hasher)
        let follower = LogFollower(log: name, part: part, reader: reader, context: context)
        if !context.isLookingOnly { try follower.follow() }
        let hasNews = try context.isLookingOnly && follower.hasNews()
        return try TelemetryPart(name: name, part: part, hasNews: hasNews, state: context.state)
    }

    package func changeMarks() -> [String] {
        guard let facts = FileFingerprint(path: log) else { return ["\(log) gone"] }
        return ["\(log) \(facts.inode) \(facts.modified.microseconds / TelemetrySource.attention)"]
    }
}
