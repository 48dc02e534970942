internal import JSON

extension ExplanationText {
    /// What can be done next; nothing about what is past.
    var advice: [String] {
        guard past == nil else { return [] }
        return ["Next: \(audience == .operators ? steps : developerSteps)"]
    }

    private var steps: String {
        if isConflict || absence == .conflict {
            return "\(hubCommand("conflict show \(arguments)")) compares the contents, and"
                + " \(hubCommand("conflict resolve \(arguments) --choose NUMBER --reason TEXT")) decides."
        }
        guard winner == nil else {
            return
                "nothing has to be done. \(hubCommand("retraction add \(arguments) --reason TEXT")) would stop serving"
                + " it."
        }
        let name = ShellWord.of(collection)
        switch absence {
        case .belowThreshold:
            return "a node states it with a higher value, or the operator lowers the threshold:"
                + " \(hubCommand("simulate --collection \(name) --threshold T")) shows what else that would change."
        case .quarantined: return quarantineSteps
        case .retracted: return "if that was a mistake, \(liftCommand)."
        case .takenBack: return "nothing, unless a node shares it again."
        case .leftOut:
            return
                "if a node was revoked by mistake, \(hubCommand("node add NAME")), at the hub where it pushes, enrols it anew,"
                + " and it sends what it knows again."
        case .erased:
            return
                "a node says it again: it changes the content, or deletes its spoke's state folder. While the pattern or"
                + " its content is retracted, \(liftCommand) comes first."
        case .neverSeen:
            return
                "check the spelling of collection and id: \(hubCommand("collection list")) shows the collections, and"
                + " `tributary-spoke list \(name) --state DIR` at a node the ids that are served."
        case .conflict, nil: return "ask the hub's operator; --json shows everything the hub knows."
        }
    }

    private var quarantineSteps: String {
        guard let number = number(refused?["number"]) else {
            return "\(hubCommand("quarantine list")) shows what was refused."
        }
        // Trying again what is refused for one of these reasons has it refused again.
        switch refused?["code"]?.string {
        case "origin-left-out":
            return
                "nothing, where its node was left out on purpose: \(hubCommand("quarantine discard \(number)")) removes what"
                + " came. To take the node in again, \(hubCommand("node add NAME")), at the hub where it pushes, enrols it"
                + " anew; what it says then is taken."
        case "retracted":
            return
                "\(hubCommand("retraction list --collection \(ShellWord.of(collection))")) shows what retracts it; if that was"
                + " a mistake, `tributary-hub retraction lift` of that pattern admits what was refused meanwhile."
        default: break
        }
        return
            "the node corrects it and sends it again; \(hubCommand("quarantine show \(number)")) shows what came, and"
            + " \(hubCommand("quarantine release \(number)")) tries it again."
    }

    /// The command that lifts what retracts the pattern.
    var liftCommand: String { hubCommand("retraction lift \(arguments) --reason TEXT") }
}
