internal import JSON
internal import Presentation
internal import Replication

/// Reads one object of a file of settings, and says where something is that is not right.
struct SettingsReader {
    let node: JSONNode
    /// Where it stands in the file, such as `share.tags`.
    let place: String

    /// A reader of `node`, whose members are among `known`; throws a ``SpokeError``.
    init(_ node: JSONNode, at place: String, known: [StaticString]) throws(SpokeError) {
        self.node = node
        self.place = place
        guard node.kind == .object else {
            throw SpokeError(.configuration, "\(place): an object is expected")
        }
        guard let unknown = node.memberName(notAmong: known) else { return }
        let names = known.map { "\($0)" }
        let advice =
            Suggestion.nearest(to: unknown, among: names).map { "did you mean '\($0)'?" }
            ?? "it can have \(names.joined(separator: ", "))"
        throw SpokeError(
            .configuration,
            "\(place).\(ShownText.of(unknown)): nothing is known under this name; \(advice)"
        )
    }

    /// The error that `name` is not right.
    func error(_ name: StaticString, _ detail: String) -> SpokeError {
        SpokeError(.configuration, "\(place).\(name): \(ShownText.of(detail))")
    }

    /// The text under `name`.
    func text(_ name: StaticString) throws(SpokeError) -> String? {
        guard let member = node[name] else { return nil }
        guard let text = member.string, !text.isEmpty else { throw error(name, "a text is expected") }
        return text
    }

    /// The texts listed under `name`.
    func texts(_ name: StaticString) throws(SpokeError) -> [String]? {
        guard let list = node[name] else { return nil }
        let texts = list.elements.compactMap(\.string)
        guard list.kind == .array, texts.count == list.elements.count, !texts.contains("") else {
            throw error(name, "a list of texts is expected")
        }
        return texts
    }
}
