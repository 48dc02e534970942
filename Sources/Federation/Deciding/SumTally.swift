internal import JSON

/// The numbers that the groups of candidates have in one field, for the rule ``MergeRule/sum``.
struct SumTally {
    private enum Number {
        case integer(Int64)
        case real(Double)
    }

    private var numbers: [Number?]
    private var hasReals = false
    /// Each integer as often as origins say it; wide enough that the order does not matter.
    private var total: Int128 = 0

    init(groups: Int) {
        numbers = Array(repeating: nil, count: groups)
    }

    /// Counts what `group`, which `origins` candidates stand for, says.
    mutating func add(_ value: CanonicalSlice, group: Int, origins: Int) {
        guard let number = SumTally.read(value) else { return }
        numbers[group] = number
        switch number {
        case .integer(let value): total += Int128(value) * Int128(origins)
        case .real: hasReals = true
        }
    }

    private static func read(_ value: CanonicalSlice) -> Number? {
        guard let first = value.first,
            first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return nil }
        let text = String(decoding: value.bytes, as: UTF8.self)
        if text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") }) {
            guard let real = Double(text), real.isFinite else { return nil }
            return .real(real)
        }
        guard let integer = Int64(text), integer.magnitude <= CanonicalJSON.greatestInteroperableInteger.magnitude
        else {
            return nil
        }
        return .integer(integer)
    }

    /// Whether any group has a number when `echo` is left out.
    func isUsable(without echo: MergeEcho?) -> Bool {
        guard let echo, !echo.keepsOne else { return numbers.contains { $0 != nil } }
        return numbers.indices.contains { $0 != echo.group && numbers[$0] != nil }
    }

    /// Appends the sum over the origins but those of `echo`; `byOrigin` has all candidates in order.
    ///
    /// Integers give an integer within 2^53 - 1. With any real among the candidates all are added as binary64, one origin after the
    /// other, and what could not be read back is bounded likewise.
    func append(without echo: MergeEcho?, byOrigin: [MergeVoice], to output: inout [UInt8]) {
        let greatest = CanonicalJSON.greatestInteroperableInteger
        guard hasReals else {
            let sum = total - left(out: echo)
            JSONText.appendInteger(Int64(max(Int128(-greatest), min(Int128(greatest), sum))), to: &output)
            return
        }
        var sum = 0.0
        for voice in byOrigin where echo?.covers(voice) != true {
            switch numbers[voice.group] {
            case .integer(let value): sum += Double(value)
            case .real(let value): sum += value
            case nil: break
            }
        }
        JSONText.appendNumber(SumTally.bounded(sum), to: &output)
    }

    private func left(out echo: MergeEcho?) -> Int128 {
        guard let echo, case .integer(let value) = numbers[echo.group] else { return 0 }
        return Int128(value) * Int128(echo.surplus)
    }

    /// Finite, and no integer that readers of JSON disagree about.
    private static func bounded(_ sum: Double) -> Double {
        let integer = Double(CanonicalJSON.greatestInteroperableInteger)
        let finite = max(-Double.greatestFiniteMagnitude, min(Double.greatestFiniteMagnitude, sum))
        return finite.magnitude < 1e21 ? max(-integer, min(integer, finite)) : finite
    }
}
