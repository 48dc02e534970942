internal import JSON

extension ExplanationText {
    /// What is served, or why nothing is.
    var answer: [String] {
        var pattern = "\(collection)/\(id)"
        if let past { pattern += " at \(past)" }
        guard let winner else {
            if past != nil, absence == .erased, let erasure { return erasedPast(pattern, erasure) }
            let reason = absenceReason
            var lines = ["\(pattern) \(past == nil ? "is" : "was") not served: \(reason)"]
            // The hub's own words, where they are not these already.
            if !tellsAll, let detail = word(document["absent"]?["detail"]), !reason.contains(detail) {
                lines.append(detail)
            }
            return lines
        }
        var line = "\(pattern): \(served(winner)) \(past == nil ? "is" : "was") served"
        if let value = number(winner["value"]) { line += ", value \(value)" }
        if isConflict { line += "; \(openContents) for a decision" }
        guard past != nil, let erasure else { return [line] }
        let origins = (document["contributions"]?.elements ?? []).filter { $0["standing"]?.string == "erased" }
            .compactMap { word($0["origin"]) }
        return [
            line,
            "That is what the text left tells: what \(origins.joined(separator: ", ")) said was erased \(erasure), and may"
                + " have been served instead.",
        ]
    }

    /// When and by whom text about the pattern was erased, where some was.
    private var erasure: String? {
        guard let erasure = document["erasure"], erasure.kind == .object else { return nil }
        let reason = word(erasure["reason"]).map { " (\($0))" } ?? ""
        return "on \(time(erasure["at"]) ?? "-") by \(word(erasure["by"]) ?? "an operator")\(reason)"
    }

    private func erasedPast(_ pattern: String, _ erasure: String) -> [String] {
        [
            "\(pattern): what was served cannot be told, because its text was erased \(erasure)",
            "Who had said something, when it came, and its checksum are known still.",
        ]
    }

    private func served(_ winner: JSONNode) -> String {
        if let writer = word(winner["written_by"]) { return "what \(writer) wrote" }
        let parents = parents
        guard parents.isEmpty else { return "a merger of \(possessive(parents)) versions" }
        return "\(word(winner["origin"]) ?? "nobody")'s version"
    }

    private var openContents: String {
        let contents = document["contents"]?.integer ?? 0
        return contents == 1 ? "1 content waits" : "\(contents) contents wait"
    }

    private var absenceReason: String {
        switch absence {
        case .belowThreshold: return belowThreshold
        case .quarantined: return quarantined
        case .retracted: return retracted
        case .conflict: return "nodes disagree, and \(openContents) for a decision"
        case .takenBack: return "everybody who shared it has taken it back"
        case .leftOut: return "the nodes that shared it were revoked, and what they said is left out"
        case .erased: return "its content was erased from this hub"
        case .neverSeen: return "no node ever said anything about it here"
        case nil:
            return word(document["absent"]?["detail"]) ?? word(document["summary"])
                ?? "the hub does not say why"
        }
    }

    /// Whether the answer says in this program's words all that the hub's own would.
    private var tellsAll: Bool {
        switch absence {
        case .retracted: latestResolution("retracted") != nil
        case .quarantined: refused != nil
        case .belowThreshold: bestBelowThreshold != nil
        default: false
        }
    }

    private var bestBelowThreshold: JSONNode? {
        (document["contributions"]?.elements ?? []).filter { $0["standing"]?.string == "below-threshold" }
            .max { ($0["value"]?.number ?? 0) < ($1["value"]?.number ?? 0) }
    }

    private var belowThreshold: String {
        let threshold = number(document["threshold"]) ?? "of the collection"
        guard let best = bestBelowThreshold, let origin = word(best["origin"]), let value = number(best["value"]) else {
            return "no version reaches the threshold \(threshold)"
        }
        return "no version reaches the threshold \(threshold); the best is \(origin)'s with \(value)"
    }

    private var quarantined: String {
        guard let item = refused else {
            return "what was sent was refused, and is in quarantine"
        }
        let detail = word(item["detail"]).map { ": \($0)" } ?? ""
        return "what \(word(item["node"]) ?? "a node") sent was refused as \(word(item["code"]) ?? "unusable")"
            + ", and is in quarantine\(detail)"
    }

    private var retracted: String {
        let retraction =
            latestResolution("retracted").map { "retracted \(authorship($0))" } ?? "an operator retracted it"
        guard past == nil else { return retraction }
        guard audience == .operators else { return "\(retraction); the hub's operator can lift that" }
        return "\(retraction); \(liftCommand) brings it back"
    }
}
