package import Federation
package import JSON

/// Which patterns their owner wants to share; what is not named is not asked about.
package struct SharingRules: Sendable, Equatable {
    /// Collections of which something is shared; all where `nil`.
    package var collections: [CollectionName]?
    /// The least value that is shared; it can only raise what a collection asks for.
    package var minimumValue: Double?
    package var tags = SharingSelection()
    package var categories = SharingSelection()
    package var agentTypes = SharingSelection()
    /// Globs for names and paths of projects.
    package var projects = SharingSelection()
    /// Scopes that leave; `local` never does, and what names none always may.
    package var scopes = SharingRules.commonScopes

    package init() {}

    /// Scopes that leave unless others are listed.
    package static let commonScopes = ["team", "global"]
    /// The scope that never leaves.
    package static let localScope = "local"

    /// The same key, the same answers.
    package var key: String { json.text }

    /// Why a pattern of `collection` with this payload and value is not shared, as a stable code; `nil` where it is.
    ///
    /// What a rule asks about is looked for in the payload and in its member `metadata`.
    package func exclusion(
        of payload: JSONNode,
        value: Double,
        in collection: CollectionName
    ) -> SharingExclusion? {
        let labels = SharingLabels(payload)
        if let exclusion = scopeExclusion(labels.all(["scope"])) { return exclusion }
        if let collections, !collections.contains(collection) { return .collection }
        if let minimumValue, value < minimumValue { return .belowMinimumValue }
        switch tags.choice(among: labels.all(["tags"]), SharingSelection.isSame) {
        case .excluded: return .tagExcluded
        case .notSelected: return .tagNotSelected
        case .shared: break
        }
        switch categories.choice(among: labels.all(["category", "tool_category"]), SharingSelection.isSame) {
        case .excluded: return .categoryExcluded
        case .notSelected: return .categoryNotSelected
        case .shared: break
        }
        switch agentTypes.choice(among: labels.all(["agent_type"]), SharingSelection.isSame) {
        case .excluded: return .agentTypeExcluded
        case .notSelected: return .agentTypeNotSelected
        case .shared: break
        }
        switch projects.choice(among: labels.all(["project", "file_path", "source"]), ProjectGlob.matches) {
        case .excluded: return .projectExcluded
        case .notSelected: return .projectNotSelected
        case .shared: return nil
        }
    }

    /// A scope that nobody knows may be meant to be a narrow one.
    private func scopeExclusion(_ found: [String?]) -> SharingExclusion? {
        for scope in found {
            guard let scope else { return .scopeUnknown }
            if SharingSelection.isSame(SharingRules.localScope, scope) { return .scopeLocal }
            guard scopes.contains(where: { SharingSelection.isSame($0, scope) }) else { return .scopeUnknown }
        }
        return nil
    }
}

/// Why a pattern is not shared; the codes are stable.
package enum SharingExclusion: String, Sendable, CaseIterable {
    case scopeLocal = "scope-local"
    case scopeUnknown = "scope-not-listed"
    case collection = "collection-not-listed"
    case belowMinimumValue = "below-min-value"
    case tagExcluded = "tag-excluded"
    case tagNotSelected = "tag-not-listed"
    case categoryExcluded = "category-excluded"
    case categoryNotSelected = "category-not-listed"
    case agentTypeExcluded = "agent-type-excluded"
    case agentTypeNotSelected = "agent-type-not-listed"
    case projectExcluded = "project-excluded"
    case projectNotSelected = "project-not-listed"
}

/// What a payload says of itself that rules ask about.
private struct SharingLabels {
    private let places: [JSONNode]

    init(_ payload: JSONNode) {
        places = [payload] + [payload["metadata"]].compactMap(\.self).filter { $0.kind == .object }
    }

    /// All texts under these names, of lists each; `nil` stands for what is there and no text.
    func all(_ names: [StaticString]) -> [String?] {
        var found: [String?] = []
        for place in places {
            for name in names {
                guard let node = place[name], node.kind != .null else { continue }
                if node.kind == .array {
                    found += node.elements.map(\.string)
                } else {
                    found.append(node.string)
                }
            }
        }
        return found
    }
}
