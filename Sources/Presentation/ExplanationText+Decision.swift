internal import JSON

extension ExplanationText {
    /// Why this version and no other, and by how much.
    var decision: [String] {
        var lines: [String] = []
        if let winner {
            if !parents.isEmpty {
                lines.append("The best of them is \(word(winner["origin"]) ?? "-")'s; the others add what it lacks.")
            }
            lines.append(contentsOf: comparison(winner))
        }
        lines.append("Rule: \(rule)")
        return lines
    }

    private var rule: String {
        if let rule = word(document["rule"]) { return rule }
        let threshold = number(document["threshold"]).map { " of those with a value of at least \($0)" } ?? ""
        return switch strategy {
        case "latest": "the newest version\(threshold) is served."
        case "highest-value": "the version with the highest value\(threshold) is served."
        case "merge": "the versions\(threshold) are merged; the best one decides where they differ."
        case "manual": "where versions\(threshold) differ, a person decides."
        default: strategy.isEmpty ? "the hub does not name one." : "\(strategy)."
        }
    }

    private func comparison(_ winner: JSONNode) -> [String] {
        if strategy == "manual" { return [manual] }
        guard let runnerUp = document["runner_up"], runnerUp.kind == .object, let other = word(runnerUp["origin"])
        else {
            return ["Nobody else has a version that could be served."]
        }
        let value = number(runnerUp["value"]).map { " (value \($0))" } ?? ""
        switch document["decided_by"]?.string {
        case "value":
            let margin = document["margin"]?.number.map { ", by \(difference($0))" } ?? ""
            return ["It beats \(other)'s\(value) because its value is higher\(margin)."]
        case "updated_at":
            let margin = document["margin"]?.number.map { ", by \(duration(seconds: $0))" } ?? ""
            let tie = strategy == "latest" ? "" : "the values are the same and "
            return ["It beats \(other)'s\(value) because \(tie)it is newer\(margin)."]
        case "checksum":
            return [
                "It beats \(other)'s\(value) by its checksum alone: value and time are the same, and something has to"
                    + " decide alike on every hub."
            ]
        case "origin":
            return ["\(other) says exactly the same; of equal versions the origin first in the alphabet is named."]
        default: return ["\(other)'s\(value) comes next."]
        }
    }

    private var manual: String {
        if let resolution = latestResolution("content") {
            let event = isConflict ? "Last decided" : "Decided"
            return "\(event) \(authorship(resolution))"
        }
        guard let contents = document["contents"]?.integer, contents > 1 else {
            return "All who share it say the same, so nothing had to be decided."
        }
        return "Nothing is decided yet."
    }

    /// What the smallest changes are that lead to something else.
    var flips: [String] {
        let flips = (document["flips"]?.elements ?? []).compactMap(flip)
        let title = past == nil ? "What would change that:" : "What would have changed that:"
        return flips.isEmpty ? [] : [title] + flips.map { "  - \($0)" }
    }

    private func flip(_ node: JSONNode) -> String? {
        if let text = word(node["text"]) { return text }
        guard let origin = word(node["origin"]) else { return nil }
        let target = number(node["to"]) ?? time(node["to"])
        let change: String
        switch node["change"]?.string {
        case "value": change = "\(origin) states it with value \(target ?? "-")"
        case "updated_at": change = "\(origin) updates it, after \(target ?? "the others")"
        case "retraction": change = "\(origin) takes it back"
        default: return nil
        }
        return "\(change): then " + (word(node["then"]).map { "\($0)'s version is served" } ?? "nothing is served")
    }
}
