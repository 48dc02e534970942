internal import Federation
internal import Qdrant
internal import Replication

extension QdrantUpdate {
    /// What became of the sink, with the winners that are not in it and what can be done about each.
    func outcome() throws -> SinkOutcome {
        var outcome = SinkOutcome(isChanged: written > 0 || removed > 0, notes: notes)
        for (standing, count, example) in try points.unwritten() {
            let winners = "\(count) \(count == 1 ? "winner is" : "winners are") not written to \(address)"
            let shown = "for example \(ShownText.of(example.description))"
            switch standing {
            case .written, .present: continue
            case .foreign:
                outcome.notes.append("\(winners), as you have points of your own there, \(shown); they are left alone")
            case .edited:
                outcome.notes.append("\(winners), as the points were changed there, \(shown); they are yours now")
            case .withoutVector:
                outcome.notes.append(
                    "\(winners), as they came without a vector, \(shown); they are written once their nodes share one"
                )
            case .refused:
                outcome.findings.append(
                    "\(winners), as Qdrant refused them, \(shown)\(refusal.map { ": \($0)" } ?? "")"
                )
            case .otherDimension: outcome.findings.append(contentsOf: try dimensionFindings())
            }
        }
        return outcome
    }

    /// Winners whose vectors the collection cannot have: both sizes, and the models.
    private func dimensionFindings() throws -> [String] {
        guard let vectors else { return [] }
        let ours = "\(vectors.size) numbers (\(QdrantUpdate.model(settings.model)))"
        return try points.shapes(of: .otherDimension).map { dimension, model, count in
            "\(count) \(count == 1 ? "winner is" : "winners are") not written to \(address): vectors of \(dimension) numbers"
                + " (\(QdrantUpdate.model(model))) do not fit into a collection for \(ours); have both machines use one"
                + " model, or give the sink a Qdrant or a vector of its own (--sink, --qdrant-vector)"
        }
    }
}
