import Federation
import Hummingbird

/// The query of a request, read strictly: a parameter that is misspelt or out of range is a problem, not a default.
struct QueryParameters {
    private let values: [String: String]

    /// The query of `request`, which may have the parameters in `known`; throws a ``Problem``.
    init(_ request: Request, known: Set<String>) throws {
        var values: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            guard known.contains(String(name)) else {
                throw Problem(
                    400,
                    .parameterInvalid,
                    "there is no parameter '\(name.prefix(64))' here; there are \(known.sorted().joined(separator: ", "))"
                )
            }
            guard !value.isEmpty else {
                throw Problem(
                    400,
                    .parameterInvalid,
                    "parameter '\(name)' has no value; give it one, or leave it out"
                )
            }
            guard values.updateValue(String(value), forKey: String(name)) == nil else {
                throw Problem(400, .parameterInvalid, "parameter '\(name)' is given twice")
            }
        }
        self.values = values
    }

    func text(_ name: String) -> String? {
        values[name]
    }

    /// An integer within `range`; throws a ``Problem``.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let text = text(name) else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            throw Problem(
                400,
                .parameterInvalid,
                "parameter '\(name)' is an integer from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// How long the client waits for changes; throws a ``Problem``.
    func waitSeconds() throws -> Int64? {
        try integer("wait", in: 0...Int64(Limits.waitSeconds))
    }

    /// `0` or `1`; throws a ``Problem``.
    func flag(_ name: String) throws -> Bool? {
        switch text(name) {
        case nil: nil
        case "0", "false": false
        case "1", "true": true
        default: throw Problem(400, .parameterInvalid, "parameter '\(name)' is 0 or 1")
        }
    }

    /// A point in time; throws a ``Problem``.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = text(name) else { return nil }
        // An unescaped plus sign of a zone arrives as a space.
        guard let time = Timestamp(text) ?? Timestamp(text.replacing(" ", with: "+")) else {
            throw Problem(400, .parameterInvalid, "parameter '\(name)' is a time such as 2026-11-21T08:30:00Z")
        }
        return time
    }

    /// A cursor into `feed` of `collection`; throws a ``Problem``.
    func cursor(_ name: String, feed: Cursor.Feed, collection: CollectionName) throws -> Cursor? {
        guard let text = text(name) else { return nil }
        guard let cursor = Cursor(text), cursor.feed == feed, cursor.collection == collection else {
            throw Problem(
                400,
                .cursorMalformed,
                "'\(name)' is no cursor of this feed; use one that this feed's markers gave, or leave it out to start over"
            )
        }
        return cursor
    }
}
