internal import Federation
internal import Replication

extension WithheldStatements {
    /// What the hub has of this node and an operator retracted, each with who, when and why.
    func findings(_ collection: CollectionName, maximumLines: Int) -> [String] {
        guard count > 0 else { return [] }
        let shown = listed.prefix(maximumLines)
        let patterns = count == 1 ? "1 pattern" : "\(count) patterns"
        var lines = [
            "\(collection): \(patterns) of this node's own not served to anybody, as the hub's operator retracted"
                + " \(count == 1 ? "it" : "them"):"
        ]
        lines += shown.map { "  \(ShownText.of($0.id)): \(ShownText.of($0.detail))" }
        let more = count - Int64(shown.count)
        if more > 0 { lines.append("  and \(more) more; see --json for up to \(SourceLimits.listedLines)") }
        return lines
    }
}
