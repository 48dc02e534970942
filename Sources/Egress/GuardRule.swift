/// One kind of thing that is not to leave a machine, and how it is recognised.
package struct GuardRule: Sendable {
    /// A stable name, such as `aws-access-key`: it stands in reports, configurations and placeholders.
    package let id: String
    /// What becomes of what it finds, unless the configuration says otherwise.
    package let outcome: GuardOutcome
    /// What it finds, in a few words.
    package let what: String
    let detectors: [Detector]

    init(_ id: String, _ outcome: GuardOutcome, _ what: String, _ detectors: [Detector]) {
        self.id = id
        self.outcome = outcome
        self.what = what
        self.detectors = detectors
    }

    /// All rules, in the order in which they are listed; of two that find the same with the same outcome the earlier
    /// one names it.
    package static let standard: [GuardRule] =
        privateKeys + clouds + codeHosts + registries + payments + models + messaging + services + credentials
        + assigned + personalData
}

/// One way to recognise what a rule is about: a sign that is looked for everywhere, and what is asked where it stands.
struct Detector: Sendable {
    let anchor: Anchor
    let recognizer: any Recognizer

    init(_ anchor: Anchor, _ recognizer: any Recognizer) {
        self.anchor = anchor
        self.recognizer = recognizer
    }
}

/// A sign that is looked for in every text.
enum Anchor: Sendable {
    /// These bytes.
    case exact(String)
    /// These bytes, which are given in lower case, in any case.
    case folded(String)
    /// Two bytes next to each other, behind one of a third kind; 0 stands for the beginning of the text.
    case pair(ByteClass, ByteClass, behind: ByteClass)
}

/// Decides whether a secret stands where an anchor was found.
protocol Recognizer: Sendable {
    /// Whether a member's name may tell it what the member's value is.
    var readsNames: Bool { get }

    /// Where the secret is that belongs to the anchor found at `anchor`, if one does.
    ///
    /// It reads a bounded stretch around the anchor, so that no text costs more than its length.
    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>?

    /// Where the secret is in `value`, a member's value, when the anchor was found in the member's `name`.
    func secret(inValue value: GuardText, of name: GuardText, at anchor: Range<Int>) -> Range<Int>?
}

extension Recognizer {
    var readsNames: Bool { false }

    func secret(inValue value: GuardText, of name: GuardText, at anchor: Range<Int>) -> Range<Int>? { nil }
}
