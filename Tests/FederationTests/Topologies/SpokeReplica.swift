import Federation
import TestSupport

/// A node that learns and tells one or several hubs; it keeps what it says at present.
struct SpokeReplica {
    let name: NodeName
    /// The hubs it reports to, and the items that each has to know, by pattern.
    var said: [Int: [String: [UInt8]]]
    private var revision: Int64 = 0

    init(name: NodeName, hubs: Set<Int>) {
        self.name = name
        said = hubs.reduce(into: [:]) { $0[$1] = [:] }
    }

    var hubs: [Int] { said.keys.sorted() }

    /// Says something new about a pattern; returns its number.
    ///
    /// Contents, values and times are few, so that ties are common. A clone of its machine says something else under the
    /// same number to each hub.
    mutating func learn(patterns: Int, now: Timestamp, isCloned: Bool, using generator: inout SplitMix64) -> String {
        let id = "pattern-\(Int.random(in: 0..<patterns, using: &generator))"
        revision = max(revision + 1, now.microseconds)
        let isNumbered = Int.random(in: 0..<8, using: &generator) > 0
        var item = SpokeReplica.item(id, isNumbered ? revision : nil, using: &generator)
        for hub in hubs {
            if isCloned { item = SpokeReplica.item(id, revision, using: &generator) }
            said[hub]?[id] = item
        }
        return id
    }

    /// Reports to another hub from now on.
    mutating func move(from old: Int, to new: Int) {
        guard said[new] == nil, let items = said.removeValue(forKey: old) else { return }
        said[new] = items
    }

    private static func item(_ id: String, _ revision: Int64?, using generator: inout SplitMix64) -> [UInt8] {
        let number = revision.map { #","revision":\#($0)"# } ?? ""
        if Int.random(in: 0..<7, using: &generator) == 0 {
            return Array(#"{"id":"\#(id)"\#(number),"retracted":true}"#.utf8)
        }
        let text = Int.random(in: 0..<4, using: &generator)
        let value = Histories.known([0.5, 0.7, 0.8, 0.9].randomElement(using: &generator))
        let time = Int.random(in: 1...3, using: &generator)
        let examples = (0..<text).map { "\"example \($0)\"" }.joined(separator: ",")
        let vector = Int.random(in: 0..<4, using: &generator) == 0 ? #","vector":[0.5,\#(text).25]"# : ""
        return Array(
            (#"{"id":"\#(id)"\#(number),"payload":{"text":"text \#(text)","success_examples":[\#(examples)],"#
                + #""usage_count":\#(text),"value_score":\#(value),"last_updated":\#(time)}\#(vector)}"#).utf8
        )
    }
}
