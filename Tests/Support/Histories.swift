package import Digest
package import Federation

/// Random histories of what nodes say, and the law's own reading of them.
package enum Histories {
    package static let collection = known(CollectionName("skills-patterns"))

    /// A value that the test itself guarantees to be there.
    package static func known<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("the test's own constant is invalid") }
        return value
    }

    package static func policy(
        _ strategy: ConflictStrategy,
        threshold: Double = 0.7,
        revision: Int64 = 1
    ) -> CollectionPolicy {
        CollectionPolicy(
            collection: collection,
            strategy: strategy,
            threshold: threshold,
            valueRule: .valueScore,
            revision: revision
        )
    }

    /// What one origin says about one pattern under a number; few distinct values and times, so that ties are common.
    package static func contribution(
        id: Int,
        origin: Int,
        revision: Int64,
        text: String,
        value: Double,
        time: Int64
    ) -> Contribution {
        let id = PatternID(canonical: Array("pattern-\(id)".utf8))
        // Contents are few, and what merging unites and sums is in them.
        let number = text.utf8.reduce(0) { $0 + Int($1) } % 7
        let examples = (0..<number % 4).map { "\"example \($0 * number % 5)\"" }.joined(separator: ",")
        let payload = Array(#"{"success_examples":[\#(examples)],"text":"\#(text)","usage_count":\#(number)}"#.utf8)
        let hasher = SHA256()
        return Contribution(
            id: id,
            origin: known(NodeName("node-\(origin)")),
            version: ContributionVersion(
                incarnation: 1,
                revision: revision,
                checksum: PatternChecksum.content(
                    collection: collection,
                    id: id,
                    payload: payload,
                    hasher: hasher
                ),
                vectorDigest: .none
            ),
            statement: .content(
                Contribution.Content(
                    payload: payload,
                    value: value,
                    updatedAt: Timestamp(microseconds: time),
                    vector: nil
                )
            ),
            path: []
        )
    }

    package static func retraction(id: Int, origin: Int, revision: Int64) -> Contribution {
        let id = PatternID(canonical: Array("pattern-\(id)".utf8))
        let checksum = PatternChecksum.retraction(collection: collection, id: id, hasher: SHA256())
        return Contribution(
            id: id,
            origin: known(NodeName("node-\(origin)")),
            version: ContributionVersion(
                incarnation: 1,
                revision: revision,
                checksum: checksum,
                vectorDigest: .none
            ),
            statement: .retraction,
            path: []
        )
    }

    /// A history in which every origin numbers its own statements, none of them twice.
    package static func random(
        statements: Int,
        patterns: Int,
        origins: Int,
        using generator: inout SplitMix64
    ) -> [Contribution] {
        var revisions: [ContributionKey: Int64] = [:]
        return (0..<statements).map { _ in
            let id = Int.random(in: 0..<patterns, using: &generator)
            let origin = Int.random(in: 0..<origins, using: &generator)
            let key = ContributionKey(
                id: PatternID(canonical: Array("pattern-\(id)".utf8)),
                origin: known(NodeName("node-\(origin)"))
            )
            let revision = revisions[key, default: 0] + Int64.random(in: 1...3, using: &generator)
            defer { revisions[key] = revision }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                return retraction(id: id, origin: origin, revision: revision)
            }
            return contribution(
                id: id,
                origin: origin,
                revision: revision,
                text: "text \(Int.random(in: 0..<4, using: &generator))",
                value: known([0.5, 0.7, 0.8, 0.9].randomElement(using: &generator)),
                time: Int64.random(in: 0..<3, using: &generator)
            )
        }
    }

    /// What operators decide while `history` happens: contents chosen and written, retractions of patterns and of
    /// contents, some of them lifted.
    package static func resolutions(
        about history: [Contribution],
        count: Int,
        using generator: inout SplitMix64
    ) -> [Resolution] {
        let contents = history.filter { $0.content != nil }
        return (0..<count).compactMap { number in
            guard let seen = contents.randomElement(using: &generator), let content = seen.content else { return nil }
            let others = contents.filter { $0.id == seen.id && Bool.random(using: &generator) }
            let decision: Resolution.Decision
            var subject = Resolution.Subject.pattern(seen.id)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: decision = .retracted
            case 1: decision = .lifted
            case 2:
                subject = .content(contentDigest(content.payload))
                decision = Bool.random(using: &generator) ? .retracted : .lifted
            default: decision = .content(resolved(seen, content, isWritten: number.isMultiple(of: 5)))
            }
            return Resolution(
                subject: subject,
                origin: known(NodeName("hub-\(Int.random(in: 0..<2, using: &generator))")),
                revision: Int64(number + 1),
                decision: decision,
                covers: Array(Set(([seen] + others).map(\.version.checksum))),
                reason: "reason \(number)",
                decidedBy: "olga",
                decidedAt: Timestamp(microseconds: Int64(number))
            )
        }
    }

    private static func resolved(
        _ seen: Contribution,
        _ content: Contribution.Content,
        isWritten: Bool
    ) -> ResolvedContent {
        let payload = isWritten ? Array(#"{"text":"written"}"#.utf8) : content.payload
        let checksum = PatternChecksum.content(
            collection: collection,
            id: seen.id,
            payload: payload,
            hasher: SHA256()
        )
        let reference = ContributionReference(
            origin: seen.origin,
            incarnation: seen.version.incarnation,
            revision: seen.version.revision,
            checksum: checksum
        )
        return ResolvedContent(
            source: isWritten ? nil : reference,
            payload: payload,
            checksum: checksum,
            value: content.value,
            updatedAt: content.updatedAt
        )
    }

    package static func contentDigest(_ payload: [UInt8]) -> SHA256Digest {
        ContentDigest.of(canonicalPayload: payload, collection: collection, hasher: SHA256())
    }
}
