import Digest
import Federation

/// Statements by key, as one hub holds them.
struct Statements: Equatable {
    var versions: [ContributionKey: ContributionVersion] = [:]

    private static let collection = CollectionName.compared

    /// What lies in `range`, in the order of the keys.
    func sorted(in range: PatternRange) -> [StatementVersion] {
        versions.filter { range.contains($0.key.id) }.map { StatementVersion(key: $0.key, version: $0.value) }
            .sorted { $0.key < $1.key }
    }

    /// Count and digest of what lies in `range`.
    func sum(of range: PatternRange, _ hasher: SHA256) -> SetDigest {
        var set = SetDigest()
        for (key, version) in versions where range.contains(key.id) {
            set.insert(Statements.digest(key, version, hasher))
        }
        return set
    }

    static func digest(_ key: ContributionKey, _ version: ContributionVersion, _ hasher: SHA256) -> SHA256Digest {
        ItemDigest.contribution(
            collection: collection,
            id: key.id,
            origin: key.origin,
            version: version,
            hasher: hasher
        )
    }

    /// Joins one statement, as a hub does.
    ///
    /// Returns whether it was new.
    @discardableResult
    mutating func join(_ key: ContributionKey, _ version: ContributionVersion) -> Bool {
        if let held = versions[key], held >= version { return false }
        versions[key] = version
        return true
    }

    /// The line of the contributions feed about `statement`, which retracts as far as this test is concerned.
    static func line(_ statement: StatementVersion) -> [UInt8] {
        var output: [UInt8] = []
        FeedLine(
            id: statement.key.id,
            state: .retracted,
            provenance: FeedLine.Provenance(
                origin: statement.key.origin,
                version: statement.version,
                path: [],
                receivedAt: nil
            ),
            value: nil,
            updatedAt: nil,
            payload: nil,
            vector: nil
        ).append(to: &output)
        return output
    }
}

extension CollectionName {
    /// The collection of these tests.
    static var compared: CollectionName {
        guard let name = CollectionName("skills") else { preconditionFailure("the name of the tests' collection") }
        return name
    }
}
