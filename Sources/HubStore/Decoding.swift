import Digest
import Federation
import JSON
import Postgres

extension Row {
    /// A digest; an absent one is the digest of nothing.
    func digest(_ column: Int) throws -> SHA256Digest {
        guard try !isNull(column) else { return .none }
        guard let digest = try withBytes(column, SHA256Digest.init(bytes:)) else {
            throw StoreError.corrupt("a digest that has not 32 bytes")
        }
        return digest
    }

    func node(_ column: Int) throws -> NodeName {
        let text = try string(column)
        guard let node = NodeName(text) else { throw StoreError.corrupt("a node name") }
        return node
    }

    func patternID(_ column: Int) throws -> PatternID {
        PatternID(try text(column))
    }

    func time(_ column: Int) throws -> Timestamp {
        Timestamp(microseconds: try timestamp(column))
    }

    /// Incarnation, revision, checksum and vector digest, in four columns from `column` on.
    func version(from column: Int) throws -> ContributionVersion {
        ContributionVersion(
            incarnation: try int32(column),
            revision: try int64(column + 1),
            checksum: try digest(column + 2),
            vectorDigest: try digest(column + 3)
        )
    }

    /// Collection, strategy, threshold, value rule, policy revision and merge rules, in six columns from `column` on.
    func policy(from column: Int) throws -> CollectionPolicy {
        guard let collection = CollectionName(try string(column)),
            let strategy = ConflictStrategy(rawValue: try string(column + 1)),
            let valueRule = ValueRule(rawValue: try string(column + 3))
        else { throw StoreError.corrupt("a collection's policy") }
        return CollectionPolicy(
            collection: collection,
            strategy: strategy,
            threshold: try double(column + 2),
            valueRule: valueRule,
            mergeRules: try mergeRules(column + 5),
            revision: try int64(column + 4)
        )
    }

    /// Merge rules; `nil` where they are those that the collection's name stands for.
    private func mergeRules(_ column: Int) throws -> MergeRules? {
        guard let text = try optionalText(column)?.utf8 else { return nil }
        guard let rules = MergeRules(try JSONDocument(parsing: text).root) else {
            throw StoreError.corrupt("a collection's merge rules")
        }
        return rules
    }
}
