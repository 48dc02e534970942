package import Federation

/// A team's repository of patterns, as they were shared before: lines in `patterns`, and snapshots of vector databases.
package struct GitSource: PatternSource {
    private let path: String
    private let rules: [EventRule]

    /// The repository, or its folder `data`, at `folder`; `rules` say which lines of telemetry are patterns.
    package init(folder: String, rules: [EventRule] = EventRule.standard) {
        path = folder
        self.rules = rules
    }

    package var argument: String { "git:\(path)" }
    package var folder: String? { GitLayout.toWrite(in: path).patterns }

    package func contents() throws -> [SourceContent] {
        guard FileFingerprint(path: path)?.isFolder == true else {
            throw SpokeError(
                .partial,
                "the source folder \(path) is not there; nothing of it was taken back: check --source"
            )
        }
        return GitLayout.candidates(in: path).flatMap { $0.collectionNames() }
            .map { SourceContent(name: $0.name, place: $0.place) }
    }

    package var absence: String? {
        guard FileFingerprint(path: path)?.isFolder == true,
            GitLayout.candidates(in: path).allSatisfy({ $0.collectionNames().isEmpty })
        else { return nil }
        return "\(path) has neither patterns/COLLECTION.jsonl nor collections/snapshots yet, so nothing of it is shared"
    }

    package func parts(of collection: CollectionName) -> [String] {
        GitLayout.candidates(in: path).flatMap { [$0.lines(of: collection), $0.latestSnapshot(of: collection)] }
    }

    package func open(
        _ name: String,
        of policy: CollectionPolicy,
        _ context: SourceContext
    ) throws -> (any SourcePart)? {
        let node = try context.state.fact(.node)
        let reader = GitLineReader(policy: policy, rules: rules, hasher: context.state.hasher)
        for layout in GitLayout.candidates(in: path) {
            if name == layout.lines(of: policy.collection), FileFingerprint(path: name) != nil {
                return GitLinesPart(try SourceFile(name), reader: reader, node: node)
            }
            if name == layout.latestSnapshot(of: policy.collection) {
                let files = SnapshotFiles(collection: policy.collection, folder: layout.snapshots)
                guard let latest = files.latestOfOthers() else { return nil }
                return GitSnapshotPart(name: name, try SourceFile(latest), reader: reader, node: node)
            }
        }
        return nil
    }

    package func changeMarks() -> [String] {
        GitLayout.candidates(in: path).flatMap { $0.collectionNames() }
            .map { "\($0.place) \(FileFingerprint(path: $0.place)?.description ?? "gone")" }
    }
}
