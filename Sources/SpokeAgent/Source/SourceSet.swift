internal import Federation

/// What all sources have of one collection.
struct SourceSet {
    var parts: [any SourcePart] = []
    /// Parts that contributed before and cannot be read now.
    var missing: [String] = []
    /// Parts that contributed before and belong to no source any more.
    var dropped: [String] = []
    /// What is wrong with parts that cannot be read.
    var problems: [String] = []
    /// The first of them.
    var failure: SpokeError?

    /// Opens what `sources` have of a collection; `known` are the parts that contributed before.
    init(_ sources: [any PatternSource], _ policy: CollectionPolicy, known: [String], _ context: SourceContext) {
        var named: Set<String> = []
        for source in sources {
            let kept = known.filter(source.keeps)
            for name in source.parts(of: policy.collection) + kept where named.insert(name).inserted {
                do {
                    if let part = try source.open(name, of: policy, context) {
                        parts.append(part)
                    } else if known.contains(name) {
                        missing.append(name)
                    }
                } catch {
                    missing.append(name)
                    problems.append("\(error)")
                    failure = failure ?? error as? SpokeError
                }
            }
        }
        // Of a pattern that several parts have, the last one counts.
        parts = parts.filter(\.isFilledBySinks) + parts.filter { !$0.isFilledBySinks }
        dropped = known.filter { !named.contains($0) }
    }

    /// What a scan of these parts under these rules is made of: the same key, the same outcome.
    ///
    /// `nil` where only reading tells.
    func key(policy: CollectionPolicy, node: NodeName, outgoing: String) -> String? {
        let rules = "\(node) \(policy.threshold) \(policy.valueRule.rawValue) \(outgoing)"
        var facts: [String] = []
        for part in parts {
            guard let fingerprint = part.fingerprint else { return nil }
            facts.append("\(part.name) \(fingerprint)")
        }
        return ([rules] + facts + missing.map { "\($0) missing" } + dropped).joined(separator: "\n")
    }

    /// Whether a later change of a part is sure to change the key.
    func isSettled(at now: Timestamp) -> Bool {
        parts.allSatisfy { $0.isSettled(at: now) }
    }
}
