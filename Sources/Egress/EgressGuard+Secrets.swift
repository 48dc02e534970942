internal import Digest

extension EgressGuard {
    /// A secret in one text: its bytes there and the position of its rule.
    struct Found: Equatable {
        var range: Range<Int>
        var rule: Int
    }

    /// An anchor in a member's name, which may tell what its value is.
    struct NamedAnchor {
        var detector: Int
        var anchor: Range<Int>
    }

    /// The secrets of `text`, where it stands alone, in their order; of overlapping ones what is judged most strictly.
    package func secrets(in text: UnsafeRawBufferPointer) -> [SecretPlace] {
        find(in: GuardText(text), namedBy: nil).map { found in
            SecretPlace(rule: rules[found.rule].rule.id, outcome: rules[found.rule].outcome, range: found.range)
        }
    }

    /// The digest by which ``GuardSettings/allowed`` knows the secret at `range` of `text`.
    package static func allowedSecret(_ place: SecretPlace, of text: UnsafeRawBufferPointer) -> AllowedSecret {
        let hasher = SHA256()
        hasher.update(UnsafeRawBufferPointer(rebasing: text[place.range]))
        return AllowedSecret(rule: place.rule, digest: hasher.finish())
    }

    /// The secrets of `text`, with those that the name of its member makes known.
    func find(in text: GuardText, namedBy name: (text: GuardText, anchors: [NamedAnchor])?) -> [Found] {
        var found: [Found] = []
        scan(text, into: &found) { $0 }
        if let name {
            for named in name.anchors {
                guard
                    let range = detectors[named.detector].recognizer.secret(
                        inValue: text,
                        of: name.text,
                        at: named.anchor
                    )
                else { continue }
                found.append(Found(range: range, rule: owners[named.detector]))
            }
        }
        if let first = EscapedView(text) { scan(first, level: 1, into: &found) { first.origin(of: $0) } }
        guard !found.isEmpty else { return [] }
        found.removeAll { Placeholder.isMark(text.part($0.range)) || isAllowed(text, $0) }
        return strictest(found)
    }

    /// The secrets of a member's `name`, and the anchors in it that may make its value a secret.
    func find(inName name: GuardText) -> (found: [Found], anchors: [NamedAnchor]) {
        var anchors: [NamedAnchor] = []
        var found: [Found] = []
        self.anchors.forEachAnchor(in: name) { detector, anchor in
            if readsNames[detector] { anchors.append(NamedAnchor(detector: detector, anchor: anchor)) }
            if found.isEmpty, detectors[detector].recognizer.secret(in: name, at: anchor) != nil {
                found = find(in: name, namedBy: nil)
            }
        }
        if found.isEmpty, name.isEscaped { found = find(in: name, namedBy: nil) }
        return (found, anchors)
    }

    /// The anchors of `name` that may make its value a secret.
    func anchors(in name: GuardText) -> [NamedAnchor] {
        var found: [NamedAnchor] = []
        anchors.forEachAnchor(in: name) { detector, anchor in
            guard readsNames[detector] else { return }
            found.append(NamedAnchor(detector: detector, anchor: anchor))
        }
        return found
    }

    private func scan(
        _ view: EscapedView,
        level: Int,
        into found: inout [Found],
        origin: (Range<Int>) -> Range<Int>
    ) {
        view.bytes.withUnsafeBytes { bytes in
            let text = GuardText(bytes)
            scan(text, into: &found, origin: origin)
            guard level < EscapedView.levels, let next = EscapedView(text) else { return }
            scan(next, level: level + 1, into: &found) { origin(next.origin(of: $0)) }
        }
    }

    private func scan(_ text: GuardText, into found: inout [Found], origin: (Range<Int>) -> Range<Int>) {
        // Behind a secret the same detector goes on where that ends, so that no text is judged twice by it.
        var ends: [Int: Int] = [:]
        anchors.forEachAnchor(in: text) { detector, anchor in
            if let end = ends[detector], anchor.lowerBound < end { return }
            guard let range = detectors[detector].recognizer.secret(in: text, at: anchor), !range.isEmpty else {
                return
            }
            ends[detector] = range.upperBound
            found.append(Found(range: origin(range), rule: owners[detector]))
        }
    }

    private func isAllowed(_ text: GuardText, _ found: Found) -> Bool {
        guard !allowed.isEmpty else { return false }
        let digest = SHA256.digest(of: text.copy(found.range))
        return allowed.contains(AllowedSecret(rule: rules[found.rule].rule.id, digest: digest))
    }

    /// Joins what overlaps under the rule with the strictest outcome, of equal ones the earliest.
    private func strictest(_ found: [Found]) -> [Found] {
        var joined: [Found] = []
        for next in found.sorted(by: { ($0.range.lowerBound, $0.rule) < ($1.range.lowerBound, $1.rule) }) {
            guard let last = joined.last, next.range.lowerBound < last.range.upperBound else {
                joined.append(next)
                continue
            }
            let isStricter = rules[next.rule].outcome > rules[last.rule].outcome
            let isEarlier = rules[next.rule].outcome == rules[last.rule].outcome && next.rule < last.rule
            let range = last.range.lowerBound..<max(last.range.upperBound, next.range.upperBound)
            joined[joined.count - 1] = Found(range: range, rule: isStricter || isEarlier ? next.rule : last.rule)
        }
        return joined
    }
}
