import ArgumentParser
import Federation
import Presentation

/// The parts of a policy that a command changes; what is not given stays as it is.
struct PolicyOptions: ParsableArguments {
    @Option(help: "latest, highest-value, merge or manual.")
    var strategy: ConflictStrategy?

    @Option(help: "Contributions of at least this value can win; 0 to 1.", transform: Given.threshold)
    var threshold: Double?

    @Option(
        name: .customLong("merge"),
        help: ArgumentHelp(
            "What merging does with a field: best, union, union:N or sum. Can be given for several fields.",
            valueName: "field=rule"
        ),
        transform: MergeAssignment.init
    )
    var merges: [MergeAssignment] = []

    @Flag(name: .customLong("merge-defaults"), help: "First set all fields' rules to those of a new collection.")
    var usesMergeDefaults = false

    var change: PolicyChange {
        PolicyChange(
            strategy: strategy,
            threshold: threshold,
            merges: merges,
            usesMergeDefaults: usesMergeDefaults
        )
    }
}

/// A change of a policy.
struct PolicyChange: Sendable {
    var strategy: ConflictStrategy?
    var threshold: Double?
    var merges: [MergeAssignment]
    var usesMergeDefaults: Bool

    var changesMerging: Bool { usesMergeDefaults || !merges.isEmpty }
    var changesSomething: Bool { strategy != nil || threshold != nil || changesMerging }

    /// The rules for merging that follow from those of `policy`; `nil` where they stay.
    func mergeRules(over policy: CollectionPolicy) throws -> MergeRules? {
        guard changesMerging else { return nil }
        var rules = usesMergeDefaults ? MergeRules.standard(for: policy.collection) : policy.mergeRules
        for merge in merges where !rules.set(merge.field, merge.rule) {
            throw ValidationError(
                "--merge \(merge.text): a collection has rules for at most \(Limits.mergeFields) fields"
            )
        }
        return rules
    }

    /// The change as it is written on a command line.
    var words: String {
        var words: [String] = []
        if let strategy { words += ["--strategy", strategy.rawValue] }
        if let threshold { words += ["--threshold", "\(threshold)"] }
        if usesMergeDefaults { words.append("--merge-defaults") }
        for merge in merges { words += ["--merge", ShellWord.of(merge.text)] }
        return words.joined(separator: " ")
    }
}

/// A rule for one field, written FIELD=RULE.
struct MergeAssignment: Sendable {
    var field: String
    var rule: MergeRule

    /// The assignment that `text` is; a field's name may hold an equals sign, a rule does not.
    init(_ text: String) throws {
        guard let position = text.lastIndex(of: "="), position > text.startIndex else {
            throw ValidationError("'\(text)' is not FIELD=RULE, as in --merge examples=union:20")
        }
        let written = String(text[text.index(after: position)...])
        guard let rule = MergeRule(written) else {
            throw ValidationError(
                "'\(written)' is no rule: best, union, union:N with N from 1 to \(Limits.mergeUnionCap), or sum"
            )
        }
        field = String(text[..<position])
        self.rule = rule
        guard MergeRules.isField(field) else {
            throw ValidationError(
                "a field's name has 1 to \(Limits.mergeFieldBytes) bytes and no control characters"
            )
        }
    }

    var text: String { "\(field)=\(rule.text)" }
}
