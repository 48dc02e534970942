internal import JSON

extension ExplanationText {
    /// Digits of a checksum that are shown: enough to tell contents apart, and to name one in a command.
    private static let shownDigits = 12
    /// Names that are listed one by one.
    private static let listedNames = 4
    /// Decimal places of a difference of values; beyond are leftovers of binary arithmetic.
    private static let places = 1e6

    /// The text in `node`; `nil` where there is none.
    func word(_ node: JSONNode?) -> String? {
        guard let text = node?.string, !text.isEmpty else { return nil }
        return HarmlessText.of(text)
    }

    /// A number as it was written.
    func number(_ node: JSONNode?) -> String? {
        if let integer = node?.integer { return String(integer) }
        return node?.number.map(ExplanationText.spelled)
    }

    /// The difference of two values.
    func difference(_ value: Double) -> String {
        let rounded = (value * ExplanationText.places).rounded() / ExplanationText.places
        return ExplanationText.spelled(rounded == 0 ? value : rounded)
    }

    private static func spelled(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        return JSONValue.number(value).text
    }

    /// A time to the second, which is what people compare.
    func time(_ node: JSONNode?) -> String? {
        guard let text = word(node) else { return nil }
        guard text.hasSuffix("Z"), let point = text.firstIndex(of: ".") else { return text }
        return text[..<point] + "Z"
    }

    /// The first digits of a checksum.
    func checksum(_ node: JSONNode?) -> String? {
        word(node).map { String($0.prefix(ExplanationText.shownDigits)) }
    }

    /// A length of time in its two largest units.
    func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e12 else { return "a very long time" }
        guard seconds >= 60 else { return "\(difference(seconds)) s" }
        let minutes = Int64(seconds / 60)
        let (days, hours) = (minutes / (24 * 60), minutes / 60 % 24)
        if days > 0 { return count(days, "day") + (hours > 0 ? " \(hours) h" : "") }
        return hours > 0 ? "\(hours) h" + (minutes % 60 > 0 ? " \(minutes % 60) min" : "") : "\(minutes) min"
    }

    /// `1 content`, `3 contents`.
    func count(_ number: Int64, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    /// `alice's, bruno's and chika's`.
    func possessive(_ names: [String]) -> String {
        var shown = names.prefix(ExplanationText.listedNames).map { "\($0)'s" }
        let more = names.count - shown.count
        if more > 0 { shown.append("\(more) others'") }
        guard let last = shown.popLast(), !shown.isEmpty else { return names.first.map { "\($0)'s" } ?? "nobody's" }
        return shown.joined(separator: ", ") + " and " + last
    }

    /// The latest decision of this kind.
    func latestResolution(_ decision: String) -> JSONNode? {
        let found = document["resolutions"]?.elements.filter { $0["decision"]?.string == decision } ?? []
        return found.max { ($0["at"]?.string ?? "") < ($1["at"]?.string ?? "") }
    }

    /// `by ops on 2026-11-21T08:30:00Z: the reason`.
    func authorship(_ resolution: JSONNode) -> String {
        var text = "by \(word(resolution["by"]) ?? "an operator")"
        if let time = time(resolution["at"]) { text += " on \(time)" }
        if let reason = word(resolution["reason"]) { text += ": \(reason)" }
        return text
    }
}
