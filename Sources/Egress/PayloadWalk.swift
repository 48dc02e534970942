internal import Digest
internal import JSON

/// One way through a canonical payload, which notes what is found in it and writes what may leave.
struct PayloadWalk {
    /// An object or array that is open.
    private struct Level {
        var isArray: Bool
        /// The member or element that comes, for an array its position.
        var name: Range<Int>?
        var position = 0
        /// What the name of the member, or of the array's own member, tells of the value.
        var context: Context?
        /// What `{"name": "DB_PASSWORD", "value": ...}` tells of the value: the name is a value itself.
        var naming: Context?
    }

    /// A name that may make its value a secret.
    private struct Context {
        var text: [UInt8]
        var anchors: [EgressGuard.NamedAnchor]
    }

    /// Members, in any case, whose value names what the member `value` beside them holds.
    private static let namingMembers = ["key", "name"].map { Array($0.utf8) }
    private static let valueMember = Array("value".utf8)

    private let owner: EgressGuard
    private let text: UnsafeRawBufferPointer
    private var levels: [Level] = []
    /// The payload as it may leave, as far as it was copied; empty while nothing is to be redacted.
    private var output: [UInt8] = []
    private var copied = 0

    private let tellsEntries: Bool

    private(set) var findings: [GuardFinding] = []
    /// Each secret with the entry by which it could be allowed, where they are asked for.
    private(set) var entries: [(finding: GuardFinding, entry: AllowedSecret)] = []
    private(set) var isBlocked = false

    /// A walk through `text` for `owner`.
    init(_ owner: EgressGuard, _ text: UnsafeRawBufferPointer, tellsEntries: Bool = false) {
        self.owner = owner
        self.tellsEntries = tellsEntries
        self.text = text
    }

    /// Whether anything was redacted, so that ``finish()`` has another payload to give.
    var isRedacted: Bool { copied > 0 }

    /// Goes through the payload; false where it is no canonical text.
    mutating func run() -> Bool {
        var tokens = CanonicalTokens(text)
        while let token = tokens.next() {
            switch token {
            case .objectStart: open(isArray: false)
            case .arrayStart: open(isArray: true)
            case .objectEnd, .arrayEnd:
                levels.removeLast()
                advance()
            case .name(let range): visitName(range)
            case .string(let range):
                visitValue(range)
                advance()
            case .other: advance()
            }
        }
        return tokens.isWhole
    }

    /// The payload with placeholders where something was redacted.
    mutating func finish() -> [UInt8] {
        output.append(contentsOf: text[copied...])
        return output
    }

    private mutating func open(isArray: Bool) {
        // An array's elements are what the array's name says; of an object's, the one that is called `value`.
        let context = levels.last?.context
        levels.append(Level(isArray: isArray, context: isArray ? context : nil, naming: isArray ? nil : context))
    }

    private mutating func advance() {
        guard let last = levels.indices.last, levels[last].isArray else { return }
        levels[last].position += 1
    }

    private mutating func visitName(_ range: Range<Int>) {
        guard let last = levels.indices.last else { return }
        levels[last].name = range
        withMeaning(of: range) { walk, name in
            let (found, anchors) = walk.owner.find(inName: name)
            walk.levels[last].context =
                anchors.isEmpty ? nil : Context(text: name.copy(0..<name.count), anchors: anchors)
            guard !found.isEmpty else { return }
            walk.note(found, in: name, isName: true)
        }
    }

    private mutating func visitValue(_ range: Range<Int>) {
        let context = context
        let found: (secrets: [EgressGuard.Found], bytes: [UInt8])? = withMeaning(of: range) { walk, value in
            walk.rememberNaming(value)
            let secrets: [EgressGuard.Found]
            if let context {
                secrets = context.text.withUnsafeBytes { name in
                    walk.owner.find(in: value, namedBy: (GuardText(name), context.anchors))
                }
            } else {
                secrets = walk.owner.find(in: value, namedBy: nil)
            }
            guard !secrets.isEmpty else { return nil }
            walk.note(secrets, in: value, isName: false)
            return (secrets, value.copy(0..<value.count))
        }
        guard let found else { return }
        redact(found.secrets, in: found.bytes, at: range)
    }

    /// What names say of the value that is read.
    private var context: Context? {
        guard let last = levels.indices.last else { return nil }
        if levels[last].naming != nil, let name = levels[last].name, equals(name, PayloadWalk.valueMember) {
            return levels[last].naming
        }
        return levels[last].context
    }

    /// Keeps what `{"name": "DB_PASSWORD"}` says of the member `value` that follows.
    private mutating func rememberNaming(_ value: GuardText) {
        guard let last = levels.indices.last, let name = levels[last].name, value.count <= 128,
            PayloadWalk.namingMembers.contains(where: { equals(name, $0) })
        else { return }
        let anchors = owner.anchors(in: value)
        guard !anchors.isEmpty else { return }
        levels[last].naming = Context(text: value.copy(0..<value.count), anchors: anchors)
    }

    private mutating func redact(_ secrets: [EgressGuard.Found], in value: [UInt8], at range: Range<Int>) {
        let redacted = secrets.filter { owner.rules[$0.rule].outcome == .redact }
        guard !redacted.isEmpty else { return }
        var written: [UInt8] = []
        var index = 0
        for secret in redacted {
            written.append(contentsOf: value[index..<secret.range.lowerBound])
            written.append(contentsOf: EgressGuard.mark(owner.rules[secret.rule].rule.id).utf8)
            index = secret.range.upperBound
        }
        written.append(contentsOf: value[index...])
        output.append(contentsOf: text[copied..<(range.lowerBound - 1)])
        written.withUnsafeBytes { JSONText.appendString($0, to: &output) }
        copied = range.upperBound + 1
    }

    private mutating func note(_ found: [EgressGuard.Found], in text: GuardText, isName: Bool) {
        let place = pointer()
        for secret in found {
            let (rule, usual) = owner.rules[secret.rule]
            // A name cannot be replaced: another reader would look for it.
            let outcome = isName && usual == .redact ? .block : usual
            if outcome == .block { isBlocked = true }
            if tellsEntries {
                let digest = SHA256.digest(of: text.copy(secret.range))
                let finding = GuardFinding(rule: rule.id, outcome: outcome, place: place, count: 1)
                entries.append((finding, AllowedSecret(rule: rule.id, digest: digest)))
            }
            if let index = findings.firstIndex(where: { $0.rule == rule.id && $0.place == place }) {
                findings[index].count += 1
            } else {
                findings.append(GuardFinding(rule: rule.id, outcome: outcome, place: place, count: 1))
            }
        }
    }

    /// Calls `body` with what the string at `range` stands for.
    private mutating func withMeaning<Result>(
        of range: Range<Int>,
        _ body: (inout PayloadWalk, GuardText) -> Result
    ) -> Result {
        let written = UnsafeRawBufferPointer(rebasing: text[range])
        guard GuardText(written).hasBackslash else { return body(&self, GuardText(written)) }
        return JSONText.unescape(written).withUnsafeBytes { body(&self, GuardText($0)) }
    }

    private func equals(_ range: Range<Int>, _ name: [UInt8]) -> Bool {
        range.count == name.count && GuardText(text).hasFolded(name, at: range.lowerBound)
    }

    /// The JSON pointer of what is being read; names in which something is found stand in it with placeholders.
    private func pointer() -> String {
        var pointer = "/payload"
        for level in levels {
            if level.isArray {
                pointer += "/\(level.position)"
            } else if let name = level.name {
                let meant = JSONText.unescape(UnsafeRawBufferPointer(rebasing: text[name]))
                pointer += "/" + owner.shownName(meant)
            }
        }
        return pointer
    }
}
