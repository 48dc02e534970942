internal import JSON

/// Which of the patterns that bear labels are shared; letter case does not matter.
package struct SharingSelection: Sendable, Equatable {
    /// At least one of these is asked for, where any is listed.
    package var only: [String]
    /// None of these may be there.
    package var except: [String]

    package init(only: [String] = [], except: [String] = []) {
        self.only = only
        self.except = except
    }

    /// What a selection makes of a pattern.
    enum Choice {
        case shared, excluded, notSelected
    }

    /// What becomes of a pattern that bears `labels`; `isMet` compares what is listed with a label.
    func choice(among labels: [String?], _ isMet: (String, String) -> Bool) -> Choice {
        guard self != SharingSelection() else { return .shared }
        let texts = labels.compactMap(\.self)
        if except.contains(where: { listed in texts.contains { isMet(listed, $0) } }) { return .excluded }
        if only.isEmpty { return .shared }
        return only.contains(where: { listed in texts.contains { isMet(listed, $0) } }) ? .shared : .notSelected
    }

    /// Whether a label is what is listed.
    static func isSame(_ listed: String, _ label: String) -> Bool {
        listed == label || listed.lowercased() == label.lowercased()
    }

    var json: JSONValue {
        ["only": .array(only.map { .string($0) }), "except": .array(except.map { .string($0) })]
    }
}

/// Globs that name projects.
enum ProjectGlob {
    /// Whether `label`, the name or a path of a project, is meant by `glob`: as a whole, or one of the folders in it.
    ///
    /// `*` stands for any text and `?` for one character, across slashes too; letter case does not matter.
    static func matches(_ glob: String, _ label: String) -> Bool {
        let glob = Array(glob.lowercased().unicodeScalars)
        let label = Array(label.lowercased().unicodeScalars)
        if isMatch(glob[...], label[...]) { return true }
        let slash: Unicode.Scalar = "/"
        if !glob.contains(slash) { return label.split(separator: slash).contains { isMatch(glob[...], $0) } }
        // A folder stands for all that is in it.
        return label.indices.contains { label[$0] == slash && isMatch(glob[...], label[..<$0]) }
    }

    private static func isMatch(_ glob: ArraySlice<Unicode.Scalar>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var (pattern, index) = (glob.startIndex, text.startIndex)
        // Where to go on when what follows the latest star does not fit.
        var retry: (pattern: Int, index: Int)?
        while index < text.endIndex {
            if pattern < glob.endIndex, glob[pattern] == "*" {
                retry = (pattern + 1, index)
                pattern += 1
            } else if pattern < glob.endIndex, glob[pattern] == "?" || glob[pattern] == text[index] {
                pattern += 1
                index += 1
            } else if let last = retry {
                retry = (last.pattern, last.index + 1)
                (pattern, index) = (last.pattern, last.index + 1)
            } else {
                return false
            }
        }
        return glob[pattern...].allSatisfy { $0 == "*" }
    }
}
