internal import Federation
internal import Qdrant

extension Doctor {
    /// What is to be said of a Qdrant that is read or written: whether it answers, and whether the vectors fit.
    func qdrantFindings(
        _ check: String,
        _ endpoint: QdrantEndpoint,
        _ configuration: SpokeConfiguration
    ) -> [Finding] {
        let settings = configuration.qdrant
        var findings = settings.warnings(for: [endpoint]).map {
            Finding.warning(check, $0, fix: "keep the key to yourself and to Qdrant")
        }
        do {
            let client = try settings.client(endpoint, shouldStop: { false })
            let names = try SpokeError.translating { try client.collections() }
            let state = try? configuration.state()
            let held = state.flatMap { try? StateFolder($0).openExisting() }
            let known = (try? held?.collections()) ?? []
            for name in known where names.contains(name.text) {
                guard let info = try SpokeError.translating({ try client.collection(name.text) }) else { continue }
                findings += try vectorFindings(check, info, name, client.endpoint, settings, held)
            }
            let shared = names.filter { name in known.contains { $0.text == name } }
            guard findings.isEmpty else { return findings }
            guard !shared.isEmpty || check == "sink" || known.isEmpty else {
                return [
                    .warning(
                        check,
                        "\(endpoint) has none of the hub's collections",
                        fix: "what agents keep there under other names is not shared; see 'tributary-spoke status'"
                    )
                ]
            }
            return [.ok(check, "\(endpoint) can be read, \(names.count) collections")]
        } catch {
            return findings + [
                .problem(
                    check,
                    "\(error)",
                    fix: "until then nothing of it is shared or written, and nothing taken back"
                )
            ]
        }
    }

    /// Whether the winners held fit into a collection.
    private func vectorFindings(
        _ check: String,
        _ info: CollectionInfo,
        _ name: CollectionName,
        _ endpoint: QdrantEndpoint,
        _ settings: QdrantSettings,
        _ state: SpokeState?
    ) throws -> [Finding] {
        let address = endpoint.address(of: name.text)
        guard let vectors = try settings.vectors(of: info, at: address), check == "sink", let state,
            let number = try state.existingNumber(of: name)
        else { return [] }
        let points = SinkPoints(state: state, sink: "", name: name, collection: number)
        return try points.shapes().filter { $0.dimension != vectors.size }.map { dimension, model, count in
            .warning(
                check,
                "\(address) is for vectors of \(vectors.size) numbers, and \(count) winners have \(dimension)"
                    + " (\(QdrantUpdate.model(model)))",
                fix: "have all machines use one model, or give the sink a Qdrant or a vector of its own"
            )
        }
    }
}
