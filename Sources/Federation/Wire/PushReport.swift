package import JSON

/// What became of a push: counts that add up, and a verdict for every item that was not simply accepted.
package struct PushReport: Sendable, Equatable {
    /// An item with the verdict on it.
    package struct Line: Sendable, Equatable {
        /// Counted from 1, blank lines not counted.
        package var line: Int64
        /// Where it could be read.
        package var id: PatternID?
        package var verdict: Verdict

        package init(line: Int64, id: PatternID?, verdict: Verdict) {
            self.line = line
            self.id = id
            self.verdict = verdict
        }
    }

    package var accepted: Int64 = 0
    package var unchanged: Int64 = 0
    package var stale: Int64 = 0
    package var refused: Int64 = 0
    /// Items that were not accepted, in the order in which they came.
    package var lines: [Line] = []
    /// The position of the last batch in the contributions feed.
    package var cursor: String?

    package init() {}

    package var received: Int64 { accepted + unchanged + stale + refused }

    /// Counts one item.
    package mutating func add(_ line: Line) {
        switch line.verdict {
        case .accepted: accepted += 1
        case .unchanged: unchanged += 1
        case .stale: stale += 1
        case .refused: refused += 1
        }
        if line.verdict != .accepted { lines.append(line) }
    }
}

extension PushReport.Line {
    package var json: JSONValue {
        var members: [JSONValue.Member] = [.init("line", .integer(line))]
        if let id { members.append(.init("id", .string(id.description))) }
        switch verdict {
        case .accepted: members.append(.init("verdict", "accepted"))
        case .unchanged: members.append(.init("verdict", "unchanged"))
        case .stale: members.append(.init("verdict", "stale"))
        case .refused(let refusal):
            members.append(.init("verdict", "refused"))
            members.append(.init("code", .string(refusal.code.rawValue)))
            members.append(.init("detail", .string(refusal.detail)))
            members.append(.init("retryable", .boolean(refusal.code.isRetryable)))
        }
        return .object(members)
    }

    /// Reads a verdict line; `nil` where it cannot be read.
    package init?(_ root: JSONNode) {
        guard let line = root["line"]?.integer, let text = root["verdict"]?.string else { return nil }
        let verdict: Verdict
        switch text {
        case "accepted": verdict = .accepted
        case "unchanged": verdict = .unchanged
        case "stale": verdict = .stale
        case "refused":
            // A code from a newer hub is still a refusal.
            let code = root["code"]?.string.flatMap(RefusalCode.init(rawValue:)) ?? .malformedJSON
            verdict = .refused(Refusal(code, root["detail"]?.string ?? ""))
        default: return nil
        }
        self.init(line: line, id: root["id"].flatMap { try? PatternID($0) }, verdict: verdict)
    }
}
