/// Everything that can be set, by its key in a configuration file.
package enum Setting: String, CaseIterable, Sendable {
    case hub, hubs, node, tokenFile, caFile, state, sources, sinks, collections, vectors, syncInterval
    case minValue, share, telemetry
    case contentGuard = "guard"
    case qdrantApiKeyFile, qdrantVector, qdrantModel
    case pullFrom, pause

    /// What a value of a setting looks like.
    enum Shape {
        /// A hub's address.
        case address
        /// One or more hubs, each an object, or its address alone.
        case hubs
        case nodeName
        /// A file or folder.
        case path
        /// Any name.
        case text
        /// Sources or sinks of these kinds with the place of each, as in `jsonl:patterns`.
        case places(kinds: [String])
        case collectionNames
        case boolean
        /// A length of time in whole seconds.
        case seconds
        /// A value of a pattern.
        case value
        /// What of the patterns is shared.
        case sharingRules
        /// Which events of telemetry are patterns.
        case eventRules
        /// How the guard judges, an object.
        case guardRules
        /// When nothing is to be sent, an object.
        case pause
    }

    var shape: Shape {
        switch self {
        case .hub: .address
        case .hubs, .pullFrom: .hubs
        case .node: .nodeName
        case .tokenFile, .caFile, .state, .qdrantApiKeyFile: .path
        case .qdrantVector, .qdrantModel: .text
        case .sources: .places(kinds: SourceKind.allCases.map(\.rawValue))
        case .sinks: .places(kinds: SinkKind.allCases.map(\.rawValue))
        case .collections: .collectionNames
        case .vectors: .boolean
        case .syncInterval: .seconds
        case .minValue: .value
        case .share: .sharingRules
        case .telemetry: .eventRules
        case .contentGuard: .guardRules
        case .pause: .pause
        }
    }

    /// The environment variable that sets it: the key in capitals, with an underscore between words.
    package var variable: String {
        var name = "TRIBUTARY_"
        for character in rawValue {
            if character.isUppercase { name += "_" }
            name += character.uppercased()
        }
        return name
    }

    /// The option of the command line that sets it, where there is one.
    package var option: String? {
        switch self {
        case .hub: "--hub"
        case .hubs, .pullFrom, .pause, .contentGuard: nil
        case .node: "--node"
        case .tokenFile: "--token-file"
        case .caFile: "--ca-file"
        case .state: "--state"
        case .sources: "--source"
        case .sinks: "--sink"
        case .collections: "--collections"
        case .vectors: "--vectors"
        case .syncInterval: "--sync-interval"
        case .minValue: "--min-value"
        case .share, .telemetry: nil
        case .qdrantApiKeyFile: "--qdrant-api-key-file"
        case .qdrantVector: "--qdrant-vector"
        case .qdrantModel: "--qdrant-model"
        }
    }

    /// What is to be told apart is `hub` and `hubs`, of which a later layer's replaces either.
    var replaces: [Setting] {
        switch self {
        case .hub: [.hubs]
        case .hubs: [.hub]
        default: []
        }
    }

    /// The setting with this key, or with the one that the predecessor had for it.
    static func key(spelled text: String) -> String {
        text == "nodeId" ? Setting.node.rawValue : text
    }

    /// Keys that are refused though somebody may try them, and what to do instead.
    static let refusedKeys = [
        "token": "has no place in a file of settings: write it into a file of its own, readable by you alone, and name"
            + " that file with 'tokenFile'"
    ]
}
