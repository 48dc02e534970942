package import Qdrant

/// What this machine's Qdrant needs to be told and asked, whether it is read or written.
package struct QdrantSettings: Sendable, Equatable {
    /// The file with the key that Qdrant wants; none where it wants none.
    package var apiKeyFile: String?
    /// The vector that is shared, where points have several; otherwise the only one.
    package var vector: String?
    /// The model that made the vectors.
    package var model: String?

    package init(apiKeyFile: String? = nil, vector: String? = nil, model: String? = nil) {
        self.apiKeyFile = apiKeyFile
        self.vector = vector
        self.model = model
    }

    private var keyFile: SecretFile? {
        apiKeyFile.map { SecretFile($0, title: "key file", content: "the API key of Qdrant") }
    }

    /// What is worth a warning where the Qdrants at `endpoints` are used.
    package func warnings(for endpoints: [QdrantEndpoint]) -> [String] {
        guard let keyFile, !endpoints.isEmpty else { return [] }
        let open = endpoints.filter { !$0.isSecure && !$0.isLoopback }
        return [keyFile.warning].compactMap(\.self)
            + open.map { "the key of Qdrant travels unencrypted to \($0); use https, or a tunnel" }
    }

    /// A client of the Qdrant at `endpoint`; throws a ``SpokeError`` where there can be none.
    func client(_ endpoint: QdrantEndpoint, shouldStop: @escaping () -> Bool) throws(SpokeError) -> QdrantClient {
        let transport: CurlQdrantTransport
        do throws(QdrantError) {
            transport = try CurlQdrantTransport(endpoint: endpoint, shouldStop: shouldStop)
        } catch { throw SpokeError(error) }
        return client(endpoint, transport, shouldStop: shouldStop)
    }

    /// A client of the Qdrant at `endpoint` over `transport`.
    func client(
        _ endpoint: QdrantEndpoint,
        _ transport: any QdrantTransport,
        shouldStop: @escaping () -> Bool
    ) -> QdrantClient {
        let keyFile = keyFile
        return QdrantClient(
            endpoint: endpoint,
            transport: transport,
            key: { try keyFile?.read() },
            pause: { SystemClock.pause($0, unless: shouldStop) }
        )
    }

    /// The vectors of a collection that are shared; `nil` where it has none.
    ///
    /// Throws a ``SpokeError`` where nobody said which of several.
    func vectors(of info: CollectionInfo, at address: String) throws(SpokeError) -> CollectionInfo.Vectors? {
        let names = info.vectors.compactMap(\.name)
        let found: CollectionInfo.Vectors?
        if let vector {
            guard let named = info.vectors.first(where: { $0.name == vector }) else {
                let has = names.isEmpty ? "its vectors have no name" : "it has \(names.joined(separator: ", "))"
                throw SpokeError(
                    .configuration,
                    "\(address) has no vector '\(vector)', as \(has); correct --qdrant-vector"
                )
            }
            found = named
        } else {
            guard names.count <= 1 else {
                throw SpokeError(
                    .configuration,
                    "\(address) has several vectors, \(names.joined(separator: ", ")); say with --qdrant-vector which"
                        + " one is shared"
                )
            }
            found = info.vectors.first
        }
        guard found?.isMultiple != true else {
            throw SpokeError(
                .configuration,
                "\(address) has many vectors for each point, which cannot be shared; name another with --qdrant-vector"
            )
        }
        return found
    }
}

extension SpokeError {
    /// What a failure of Qdrant means to a round.
    init(_ error: QdrantError) {
        switch error.kind {
        case .stopped: self = SpokeAgent.stopped
        case .unauthorized, .configuration, .notQdrant: self.init(.configuration, error.description)
        default: self.init(.partial, error.description)
        }
    }

    /// Runs `body`, and throws what Qdrant refuses or fails at as a ``SpokeError``.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as QdrantError {
            throw SpokeError(error)
        }
    }
}
