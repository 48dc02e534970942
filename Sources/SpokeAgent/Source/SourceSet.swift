internal import Federation

/// The files of one collection in all sources.
struct SourceSet {
    var files: [SourceFile] = []
    /// Files that contributed before and cannot be read now.
    var missing: [String] = []
    /// Files that contributed before and belong to no source any more.
    var dropped: [String] = []
    /// What is wrong with files that cannot be read.
    var problems: [String] = []

    /// Opens what `sources` have of `collection`; `known` are the files that contributed before.
    init(_ sources: [JSONLSource], _ collection: CollectionName, known: [String]) {
        let paths = sources.map { $0.path(of: collection) }
        for path in paths where FileFingerprint(path: path) != nil || known.contains(path) {
            do {
                files.append(try SourceFile(path))
            } catch {
                missing.append(path)
                problems.append("\(error)")
            }
        }
        dropped = known.filter { !paths.contains($0) }
    }

    /// What a scan of these files under these rules is made of; the same key, the same outcome.
    func key(policy: CollectionPolicy, node: NodeName) -> String {
        let rules = "\(node) \(policy.threshold) \(policy.valueRule.rawValue)"
        let facts = files.map { "\($0.path) \($0.fingerprint)" } + missing.map { "\($0) missing" } + dropped
        return ([rules] + facts).joined(separator: "\n")
    }

    /// Whether a later change of a file is sure to change the key.
    func isSettled(at now: Timestamp) -> Bool {
        files.allSatisfy { $0.fingerprint.isSettled(at: now) }
    }
}
