internal import JSON

extension ExplanationText {
    /// What every origin says.
    var contributions: [String] {
        let found = document["contributions"]?.elements ?? []
        guard !found.isEmpty else { return [] }
        var table = TextTable(
            ["ORIGIN", "VALUE", "UPDATED", "RECEIVED", "STANDING", "PATH", "CHECKSUM"],
            numbers: 1..<2
        )
        for node in found {
            let path = node["path"]?.elements.compactMap(word) ?? []
            table.append([
                word(node["origin"]) ?? "-", number(node["value"]) ?? "-", time(node["updated_at"]) ?? "-",
                time(node["received_at"]) ?? "-", standing(node), path.isEmpty ? "-" : path.joined(separator: ">"),
                checksum(node["checksum"]) ?? "-",
            ])
        }
        return ["Who says what:"] + ExplanationText.indented(table)
    }

    private func standing(_ node: JSONNode) -> String {
        let standing = word(node["standing"]) ?? "-"
        switch standing {
        case "candidate":
            // Under a retracted pattern nothing can win, whatever its value.
            if past == nil, absence == .retracted { return "withheld" }
            if let origin = word(node["origin"]), parents.contains(origin) { return "merged" }
            return isServed(node) ? "served" : "could be served"
        case "below-threshold": return "below the threshold"
        case "withheld": return "withheld"
        case "retracted":
            return node["state"]?.string == "retracted" ? "taken back" : "retracted by an operator"
        default: return standing
        }
    }

    private func isServed(_ node: JSONNode) -> Bool {
        guard let winner else { return false }
        return winner["origin"]?.string == node["origin"]?.string
            && winner["incarnation"]?.integer == node["incarnation"]?.integer
            && winner["revision"]?.integer == node["revision"]?.integer
    }

    /// What operators decided about it.
    var resolutions: [String] {
        let found = document["resolutions"]?.elements ?? []
        guard !found.isEmpty else { return [] }
        return ["What operators decided:"]
            + found.map { "  \(time($0["at"]) ?? "-"): \(outcome($0))" }
    }

    private func outcome(_ node: JSONNode) -> String {
        let author = word(node["by"]) ?? "an operator"
        let content = checksum(node["content"]).map { "content \($0) under any id" }
        let covers = node["covers"]?.elements.count ?? 0
        let event =
            switch node["decision"]?.string {
            case "content":
                ownContent(node, outOf: covers)
            case "retracted": "retracted \(content ?? "the pattern")"
            case "lifted": "lifted the retraction" + (content.map { " of \($0)" } ?? "")
            default: word(node["decision"]) ?? "-"
            }
        // Decisions travel between hubs, and policies do not.
        let isIdle = node["decision"]?.string == "content" && !strategy.isEmpty && strategy != "manual"
        let effect = isIdle ? " (has no effect here while the strategy is \(strategy))" : ""
        return "\(author) \(event)" + (word(node["reason"]).map { ": \($0)" } ?? "") + effect
    }

    private func ownContent(_ node: JSONNode, outOf covers: Int) -> String {
        let name = checksum(node["checksum"]) ?? "of their own"
        guard node["source"] != nil else {
            return "wrote content \(name)" + (covers > 0 ? " in view of \(count(Int64(covers), "content"))" : "")
        }
        return "chose content \(name)" + (covers > 0 ? " out of \(covers)" : "")
    }

    /// What was refused.
    var quarantine: [String] {
        let found = document["quarantine"]?.elements ?? []
        guard !found.isEmpty else { return [] }
        var table = TextTable(["NUMBER", "NODE", "REFUSED AS", "LAST REFUSED", "DETAIL"], numbers: 0..<1)
        for node in found {
            table.append([
                number(node["number"]) ?? "-", word(node["node"]) ?? "-", word(node["code"]) ?? "-",
                time(node["last_refused_at"]) ?? "-", word(node["detail"]) ?? "-",
            ])
        }
        return ["In quarantine:"] + ExplanationText.indented(table)
    }

    /// How much is kept of what was said before.
    var history: [String] {
        let found = document["history"]?.elements ?? []
        guard !found.isEmpty else { return [] }
        let revoked = found.count { $0["ended_by"]?.string == "revocation" }
        let share = revoked > 0 ? ", \(revoked) of them ended because their node was revoked" : ""
        return ["History: \(count(Int64(found.count), "earlier version")) kept\(share); --json lists them."]
    }

    private static func indented(_ table: TextTable) -> [String] {
        table.lines.map { "  \($0)" }
    }
}
