internal import Digest
internal import JSON

/// Reads the answer to a push, and believes it only when it is whole and adds up.
struct PushAnswerReader {
    private var outcomes: [ItemOutcome]
    private let hasher: SHA256
    private var verdicts: Int64 = 0
    private(set) var isComplete = false

    /// A reader of the answer to a push of `count` items.
    init(count: Int, hasher: SHA256) {
        outcomes = Array(repeating: .accepted, count: count)
        self.hasher = hasher
    }

    /// Takes one line.
    mutating func read(_ slice: RecordSlice) throws(ReplicationError) {
        guard !isComplete else { throw violation("something follows its end marker") }
        guard !slice.isOversized else { throw violation("a line is longer than \(TransferLimits.lineBytes) bytes") }
        let root: JSONNode
        do throws(JSONError) {
            root = try JSONDocument.received(slice.bytes).root
        } catch { throw violation("a line is no JSON: \(error)") }
        if let end = root["end"] {
            try finish(end)
            return
        }
        hasher.update(slice.bytes)
        hasher.update([0x0A])
        verdicts += 1
        guard let line = root["line"]?.integer, (1...Int64(outcomes.count)).contains(line),
            let outcome = PushAnswerReader.outcome(root)
        else { throw violation("a verdict cannot be read") }
        guard outcomes[Int(line - 1)] == .accepted else { throw violation("item \(line) has two verdicts") }
        outcomes[Int(line - 1)] = outcome
    }

    /// The answer, once its end marker has come.
    func answer() throws(ReplicationError) -> PushAnswer {
        guard isComplete else {
            throw ReplicationError(.unreachable, "the hub's answer to a push was cut off; the same is sent again")
        }
        return PushAnswer(outcomes: outcomes)
    }

    private static func outcome(_ root: JSONNode) -> ItemOutcome? {
        switch root["verdict"]?.string {
        case "unchanged": .unchanged
        case "stale": .stale
        case "refused":
            .refused(
                ItemRefusal(
                    code: ShownText.of(root["code"]?.string ?? "unknown"),
                    detail: ShownText.of(root["detail"]?.string ?? ""),
                    isRetryable: root["retryable"]?.boolean ?? false
                )
            )
        default: nil
        }
    }

    private mutating func finish(_ end: JSONNode) throws(ReplicationError) {
        guard end["digest"]?.string == hasher.finish().hex else { throw violation("its digest does not match") }
        func count(_ matches: (ItemOutcome) -> Bool) -> Int64 { Int64(outcomes.count(where: matches)) }
        let refused = count { if case .refused = $0 { true } else { false } }
        guard end["received"]?.integer == Int64(outcomes.count), end["verdicts"]?.integer ?? verdicts == verdicts,
            end["accepted"]?.integer == count({ $0 == .accepted }),
            end["unchanged"]?.integer == count({ $0 == .unchanged }),
            end["stale"]?.integer == count({ $0 == .stale }), end["refused"]?.integer == refused
        else { throw violation("its counts do not add up") }
        isComplete = true
    }

    private func violation(_ what: String) -> ReplicationError {
        ReplicationError(
            .integrity,
            "the hub's answer to a push cannot be trusted: \(what); nothing of it was used, and the same is sent again"
                + " next time"
        )
    }
}
