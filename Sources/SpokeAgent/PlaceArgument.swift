internal import Presentation
internal import Qdrant

/// What names a source or a sink: its kind and its place, as in `jsonl:patterns`.
package struct PlaceArgument: Sendable, Equatable {
    package var kind: String
    package var place: String

    /// Reads `text`, whose kind is one of `kinds`; throws a ``SpokeError`` that says what would be right.
    ///
    /// A shell leaves a tilde behind a colon alone, so it stands for `home` here.
    package init(_ text: String, kinds: [String], home: String?) throws(SpokeError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let example = kinds.first ?? "jsonl"
        guard parts.count == 2 else {
            throw SpokeError(
                .usage,
                "give the format too, as in '\(example):\(text.isEmpty ? "patterns" : text)'"
            )
        }
        guard !parts[1].isEmpty else {
            throw SpokeError(.usage, "say where it is too, as in '\(example):patterns'")
        }
        guard kinds.contains(parts[0]) else {
            let nearest = Suggestion.nearest(to: parts[0], among: kinds).map { "; did you mean '\($0):\(parts[1])'?" }
            throw SpokeError(
                .usage,
                "'\(parts[0])' is no format known here\(nearest ?? "; give the format too, as in '\(example):\(parts[1])'")"
            )
        }
        kind = parts[0]
        guard parts[1].hasPrefix("~/"), let home else {
            place = parts[1]
            return
        }
        place = home + parts[1].dropFirst()
    }
}

extension PlaceArgument {
    /// Throws a ``SpokeError`` where a Qdrant is meant and the place is no address of one.
    func checkAddress() throws(SpokeError) {
        if kind == QdrantSource.kind { _ = try endpoint() }
    }

    /// The place as an address of Qdrant; throws a ``SpokeError``.
    func endpoint() throws(SpokeError) -> QdrantEndpoint {
        guard let endpoint = QdrantEndpoint(place) else {
            throw SpokeError(
                .usage,
                "\(place.contains("@") ? "this" : "'\(place)'") is no address of Qdrant, which is like http://localhost:6333, without user, password or query"
            )
        }
        return endpoint
    }
}

/// Every kind of source.
package enum SourceKind: String, CaseIterable {
    case jsonl, telemetry, git, qdrant

    /// The source that `text` names; `rules` say which events of telemetry are patterns.
    ///
    /// Throws a ``SpokeError`` where it names none.
    package static func source(
        _ text: String,
        home: String?,
        rules: [EventRule] = EventRule.standard
    ) throws(SpokeError) -> any PatternSource {
        let argument = try PlaceArgument(text, kinds: allCases.map(\.rawValue), home: home)
        // What was shared from a folder is known by its name, so it has one alone.
        switch SourceKind(rawValue: argument.kind) {
        case .telemetry: return TelemetrySource(path: ResolvedPath.of(argument.place), rules: rules)
        case .git: return GitSource(folder: ResolvedPath.of(argument.place), rules: rules)
        case .jsonl, nil: return JSONLSource(folder: ResolvedPath.of(argument.place))
        case .qdrant: return QdrantSource(endpoint: try argument.endpoint())
        }
    }
}

/// Every kind of sink.
package enum SinkKind: String, CaseIterable {
    case jsonl, git, qdrant

    /// The sink that `text` names; throws a ``SpokeError``.
    package static func sink(_ text: String, home: String?) throws(SpokeError) -> any WinnerSink {
        let argument = try PlaceArgument(text, kinds: allCases.map(\.rawValue), home: home)
        switch SinkKind(rawValue: argument.kind) {
        case .git: return GitSink(folder: ResolvedPath.of(argument.place), now: SystemClock.now)
        case .jsonl, nil: return JSONLSink(folder: ResolvedPath.of(argument.place))
        case .qdrant: return QdrantSink(endpoint: try argument.endpoint())
        }
    }
}
