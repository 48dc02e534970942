import JSON
import Presentation

/// Documents as a hub answers with them, and what is made of them.
enum ExplanationDocument {
    /// One origin's contribution.
    static func contribution(
        _ origin: String,
        _ value: Double,
        standing: String = "candidate",
        state: String = "live",
        revision: Int = 5,
        path: String = "[]"
    ) -> String {
        #"""
        {"origin":"\#(origin)","incarnation":1,"revision":\#(revision),"state":"\#(state)","value":\#(value),
        "updated_at":"2026-11-20T08:30:00.123456Z","received_at":"2026-11-20T09:00:00.000000Z",
        "checksum":"\#(String(repeating: origin.first ?? "0", count: 64))","path":\#(path),"standing":"\#(standing)"}
        """#
    }

    /// The winner, or the runner-up.
    static func candidate(_ origin: String, _ value: Double, parents: String = "") -> String {
        #"""
        {"origin":"\#(origin)","value":\#(value),"updated_at":"2026-11-20T08:30:00.123456Z",
        "checksum":"\#(String(repeating: "c", count: 64))","incarnation":1,"revision":5\#(parents)}
        """#
    }

    /// A document with these members besides the ones that every document has.
    static func of(_ members: String, strategy: String = "highest-value", id: String = "skill-123") -> String {
        #"{"collection":"skills-patterns","id":"\#(id)","strategy":"\#(strategy)","threshold":0.7,\#(members)}"#
    }

    /// The text made of a document.
    static func text(_ document: String, hubOptions: String = "") throws -> String {
        ExplanationText(try JSONDocument(parsing: Array(document.utf8)).root, hubOptions: hubOptions).text
    }

    /// The first line of the text made of a document.
    static func answer(_ document: String) throws -> String {
        String(try text(document).prefix { $0 != "\n" })
    }
}
