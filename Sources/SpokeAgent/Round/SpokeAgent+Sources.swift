internal import Federation
internal import Presentation
internal import Replication

extension SpokeAgent {
    /// What the sources have of a collection.
    func openSources(_ policy: CollectionPolicy, _ number: Int64) throws -> SourceSet {
        let context = SourceContext(
            state: home,
            collection: try home.number(of: policy.collection),
            now: environment.now,
            shouldStop: environment.shouldStop,
            shown: home.shown
        )
        return SourceSet(settings.sources, policy, known: try state.sourceFiles(of: number), context)
    }

    /// What the sources have that goes nowhere, and what they lack; whether any of it should have been read.
    func sourceNotes(_ manifest: ManifestDocument) -> (notes: [String], isPartial: Bool) {
        let names = manifest.entries.map(\.policy.collection)
        var (notes, isPartial): ([String], Bool) = ([], false)
        for source in settings.sources {
            do {
                for content in try source.contents() where !names.contains(where: { $0.text == content.name }) {
                    notes.append(
                        "\(content.place) is not shared: \(SpokeAgent.unknownCollection(content.name, names)); the hub's operator"
                            + " makes one with `tributary-hub collection set NAME`"
                    )
                }
                if let absence = source.absence { notes.append(absence) }
            } catch {
                isPartial = true
                notes.append("\(error)")
            }
        }
        return (notes, isPartial)
    }

    /// Says that the hub has no collection `name` among `names`, and which may be meant.
    static func unknownCollection(_ name: String, _ names: [CollectionName]) -> String {
        let known = names.map(\.text)
        let suggestion = Suggestion.nearest(to: name, among: known).map { ", did you mean '\($0)'?" } ?? "."
        let list = known.isEmpty ? "no collections" : known.joined(separator: ", ")
        return "the hub has no collection '\(ShownText.of(name))'\(suggestion) It has \(list)"
    }
}
