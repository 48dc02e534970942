internal import Presentation

extension Doctor {
    private static let check = "configuration"

    /// What is to be said of the settings themselves.
    func configurationFindings(_ configuration: SpokeConfiguration) -> [Finding] {
        var findings: [Finding] = []
        if configuration.files.isEmpty {
            findings.append(.ok(Doctor.check, "no file; the environment and the command line say everything"))
        } else {
            findings.append(.ok(Doctor.check, configuration.files.joined(separator: ", then ")))
        }
        do { _ = try configuration.allHubs() } catch {
            findings.append(.problem(Doctor.check, "no hub can be asked", fix: error.description))
        }
        do { _ = try configuration.state() } catch {
            findings.append(.problem(Doctor.check, "there is no place for the state", fix: error.description))
        }
        if configuration.sources.isEmpty, configuration.sinks.isEmpty {
            let file = configuration.missing(.sources, "to share what this machine knows", "jsonl:FOLDER")
            findings.append(
                .warning(Doctor.check, "there is neither a source nor a sink", fix: file.description)
            )
        }
        return findings + misspelledVariables
    }

    /// Variables that set nothing and look as if they were meant to.
    private var misspelledVariables: [Finding] {
        let known = Setting.allCases.map(\.variable) + [Surroundings.fileVariable]
        // What all begin with says nothing about what was meant.
        let rests = known.map { String($0.dropFirst(Surroundings.prefix.count)) }
        return surroundings.environment.keys.sorted().compactMap { name in
            guard name.hasPrefix(Surroundings.prefix), !known.contains(name),
                let nearest = Suggestion.nearest(to: String(name.dropFirst(Surroundings.prefix.count)), among: rests)
            else { return nil }
            return .warning(
                Doctor.check,
                "the environment variable \(name) sets nothing",
                fix: "was \(Surroundings.prefix)\(nearest) meant?"
            )
        }
    }
}
