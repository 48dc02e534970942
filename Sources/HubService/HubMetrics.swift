import Federation
import HubStore
import Synchronization

/// The hub's counters.
package final class HubMetrics: Sendable {
    /// A counter's name with its labels, in the form in which they are exposed.
    private struct Series: Hashable, Comparable {
        var name: String
        var labels: String

        static func < (left: Series, right: Series) -> Bool {
            (left.name, left.labels) < (right.name, right.labels)
        }
    }

    private let counters = Mutex<[Series: Int64]>([:])

    /// What each counter counts.
    private static let help: [String: String] = [
        "tributary_http_requests_total": "Requests answered, by route, method and status.",
        "tributary_push_items_total": "Pushed items, by collection and verdict.",
        "tributary_refused_items_total": "Refused items, by code.",
        "tributary_pulled_items_total": "Statements pulled from upstreams, by collection and whether they were known.",
        "tributary_quarantine_evicted_total": "Quarantined items that had to make room for newer ones.",
        "tributary_feed_bytes_total": "Bytes of feeds sent, by feed.",
        "tributary_settled_patterns_total": "Patterns whose winner was decided after a push, by strategy.",
        "tributary_settling_microseconds_total": "Time it took to read, decide and store their winners, by strategy.",
        "tributary_problems_total": "Problems answered, by code; every limit that is hit is one.",
    ]

    package init() {}

    /// Adds `amount` to the counter `name` with these labels, whose values are of a bounded set.
    func add(_ name: String, _ labels: KeyValuePairs<String, String>, amount: Int64 = 1) {
        guard amount != 0 else { return }
        let text = labels.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
        counters.withLock { $0[Series(name: name, labels: text), default: 0] += amount }
    }

    /// Counts what deciding after a push took.
    func add(_ settling: IngestOutcome.Settling) {
        let labels: KeyValuePairs = ["strategy": settling.strategy.rawValue]
        add("tributary_settled_patterns_total", labels, amount: Int64(settling.patterns))
        add("tributary_settling_microseconds_total", labels, amount: Int64(settling.duration / .microseconds(1)))
    }

    /// What a number means to those who collect it.
    enum Kind: String {
        /// It goes up and down.
        case gauge
        /// It only grows.
        case counter
    }

    /// Numbers under one name.
    typealias Family = (name: String, kind: Kind, help: String, samples: [(labels: String, value: Int64)])

    /// Everything in the Prometheus text format, with numbers that are `stored` elsewhere added.
    func exposition(stored: [Family]) -> String {
        var text = ""
        var lastName: String?
        for (series, value) in counters.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            if series.name != lastName {
                text += "# HELP \(series.name) \(HubMetrics.help[series.name] ?? "")\n# TYPE \(series.name) counter\n"
                lastName = series.name
            }
            text += "\(series.name){\(series.labels)} \(value)\n"
        }
        for family in stored where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples {
                text += sample.labels.isEmpty ? family.name : "\(family.name){\(sample.labels)}"
                text += " \(sample.value)\n"
            }
        }
        return text
    }
}
