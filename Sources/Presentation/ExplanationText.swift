package import JSON

/// What a hub knows about one pattern, as a person reads it: the answer first, then why, then what it rests on, and what
/// can be done about it.
///
/// It is made from the document that both programs get from the hub, so that both say the same.
package struct ExplanationText {
    /// Who reads it, and so what can be done next.
    package enum Audience: Sendable {
        /// Runs the hub, and its commands.
        case operators
        /// Has a spoke, and patterns of their own.
        case developers
    }

    let document: JSONNode
    let audience: Audience
    private let hubOptions: String

    /// The text for `document`, which is the hub's answer about a pattern.
    ///
    /// `hubOptions` lead a command of the hub's to its state, where that is known: commands that are shown have them, so
    /// that they can be copied.
    package init(_ document: JSONNode, for audience: Audience = .operators, hubOptions: String = "") {
        self.document = document
        self.audience = audience
        self.hubOptions = hubOptions
    }

    /// A command of the hub's with these words, as it can be copied.
    func hubCommand(_ words: String) -> String {
        "`tributary-hub \(words)\(hubOptions.isEmpty ? "" : " \(hubOptions)")`"
    }

    /// The text, without a newline at its end.
    package var text: String {
        let sections = [
            answer, decision, flips, contributions, resolutions, quarantine, history, advice,
        ]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// Whether no node ever said anything about the pattern.
    package var isNeverSeen: Bool { absence == .neverSeen }

    /// Why nothing is served.
    enum Absence: String {
        case belowThreshold = "below-threshold"
        case quarantined
        case retracted
        case conflict
        case takenBack = "taken-back"
        case leftOut = "left-out"
        case erased
        case neverSeen = "never-seen"
    }

    /// Why nothing is served, where nothing is and this program knows the reason.
    var absence: Absence? { document["absent"]?["code"]?.string.flatMap(Absence.init(rawValue:)) }

    var collection: String { word(document["collection"]) ?? "-" }
    var id: String { word(document["id"]) ?? "-" }
    var strategy: String { word(document["strategy"]) ?? "" }

    /// Collection and id as arguments of a command.
    var arguments: String { "\(ShellWord.of(collection)) \(ShellWord.of(id))" }

    /// The winner, where there is one.
    var winner: JSONNode? { document["winner"].flatMap { $0.kind == .object ? $0 : nil } }

    /// Whose versions the winner was merged from; empty where it is one origin's own.
    var parents: [String] { winner?["parents"]?.elements.compactMap { word($0["origin"]) } ?? [] }

    /// The time that was asked about; `nil` where that is now.
    var past: String? { time(document["at"]) }

    /// What was refused last, where something is in quarantine.
    var refused: JSONNode? { document["quarantine"]?.elements.first }

    /// Whether different contents stand against each other without a decision that covers them all.
    var isConflict: Bool { document["state"]?.string == "conflict" }
}
