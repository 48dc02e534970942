package import Digest

/// What operators decided about the patterns and contents at hand, and still holds.
package struct StandingResolutions: Sendable, Equatable {
    /// By pattern; none that was lifted.
    package var patterns: [PatternID: Resolution]
    /// Retracted contents, by their digest; see ``ContentDigest``.
    package var contents: [SHA256Digest: Resolution]

    package init(patterns: [PatternID: Resolution] = [:], contents: [SHA256Digest: Resolution] = [:]) {
        self.patterns = patterns
        self.contents = contents
    }

    package var isEmpty: Bool { patterns.isEmpty && contents.isEmpty }

    /// The resolution that decides pattern `id` under `policy`; `nil` where there is none.
    ///
    /// A content is resolved only where a person decides. One that was retracted itself since, or erased, has no payload
    /// any more: the decision is to be made again.
    package func deciding(_ id: PatternID, under policy: CollectionPolicy, _ hasher: SHA256) -> Resolution? {
        guard let resolution = patterns[id] else { return nil }
        guard case .content(var content) = resolution.decision else { return resolution }
        guard policy.strategy == .manual else { return nil }
        guard !contents.isEmpty, !content.payload.isEmpty else { return resolution }
        let digest = ContentDigest.of(
            canonicalPayload: content.payload,
            collection: policy.collection,
            hasher: hasher
        )
        guard contents[digest] != nil else { return resolution }
        content.payload = []
        var lapsed = resolution
        lapsed.decision = .content(content)
        return lapsed
    }

    /// The resolution that retracts the content of `contribution`, under whatever id.
    func retraction(
        ofContentOf contribution: Contribution,
        in collection: CollectionName,
        _ hasher: SHA256
    ) -> Resolution? {
        guard !contents.isEmpty, let content = contribution.content else { return nil }
        return contents[ContentDigest.of(canonicalPayload: content.payload, collection: collection, hasher: hasher)]
    }

    /// The digest of the content of `contribution` where a retraction says that its text is to be kept nowhere.
    func erasedContent(
        of contribution: Contribution,
        in collection: CollectionName,
        _ hasher: SHA256
    ) -> SHA256Digest? {
        guard !isEmpty, let content = contribution.content else { return nil }
        let pattern = patterns[contribution.id]
        let erasesPattern = pattern.map { $0.retracts && $0.erases } ?? false
        guard erasesPattern || !contents.isEmpty else { return nil }
        let digest = ContentDigest.of(canonicalPayload: content.payload, collection: collection, hasher: hasher)
        return erasesPattern || contents[digest]?.erases == true ? digest : nil
    }

    /// Why `contribution` is refused at the door; `nil` where it is not, as what takes something back never is.
    func refusal(of contribution: Contribution, in collection: CollectionName, _ hasher: SHA256) -> Refusal? {
        guard !isEmpty, contribution.content != nil else { return nil }
        if let resolution = patterns[contribution.id], resolution.retracts { return .retracted(resolution) }
        return retraction(ofContentOf: contribution, in: collection, hasher).map { .retracted($0) }
    }
}

extension Resolution {
    /// What a retraction keeps from being served, since when, by whom and why, for the person who said it.
    package var retractionText: String {
        let what =
            switch subject {
            case .pattern: "this pattern"
            case .content: "this content, under whatever id,"
            }
        return "\(what) was retracted on \(decidedAt) by \(decidedBy): \(reason); the hub's operator can lift that"
    }
}

extension Refusal {
    static func retracted(_ resolution: Resolution) -> Refusal {
        var refusal = Refusal(.retracted, resolution.retractionText)
        refusal.keepsText = !resolution.erases
        return refusal
    }
}
