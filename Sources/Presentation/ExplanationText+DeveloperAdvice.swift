internal import JSON

extension ExplanationText {
    /// What somebody can do next who has a spoke, and none of the hub's commands.
    var developerSteps: String {
        if isConflict || absence == .conflict {
            return
                "ask the hub's operator to decide between the contents; or agree on one, put it into every source, and"
                + " push again."
        }
        guard winner == nil else {
            return "nothing has to be done. To have something else served, change the pattern in your source and push"
                + " again; where it must not be served, ask the hub's operator to retract it."
        }
        switch absence {
        case .belowThreshold:
            return
                "give it a higher value in its source and push again, or ask the hub's operator to lower the threshold."
        case .quarantined:
            switch refused?["code"]?.string {
            case "origin-left-out":
                return
                    "the hub's operator left out who said it; if that was a mistake, ask the operator of the hub where that"
                    + " node pushes to enrol it anew."
            case "retracted": return afterRetraction
            default: break
            }
            let number = number(refused?["number"]).map { " It is number \($0) there." } ?? ""
            return
                "correct the pattern in its source and push again; the hub's operator can show and release what is in"
                + " quarantine.\(number)"
        case .retracted: return afterRetraction
        case .takenBack: return "nothing, unless a node shares it again."
        case .leftOut:
            return
                "if a node was revoked by mistake, ask the hub's operator to enrol it anew; it then sends what it knows"
                + " again."
        case .erased:
            return
                "push it again, if it is in your source; a spoke does so by itself. While the pattern or its content is"
                + " retracted, ask the hub's operator to lift that first."
        case .neverSeen:
            return
                "check the spelling of collection and id; `tributary-spoke list \(ShellWord.of(collection)) --state DIR` lists"
                + " what is served. What is below the collection's threshold is never sent."
        case .conflict, nil: return "ask the hub's operator; --json shows everything the hub knows."
        }
    }

    private var afterRetraction: String {
        "if that was a mistake, ask the hub's operator to lift it: your spoke then offers the pattern again by itself."
            + " Otherwise remove it from your source, or share what is right under another id."
    }
}
