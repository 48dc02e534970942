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
        return findings
            + surroundings.misspelledVariables.map { name, nearest in
                .warning(
                    Doctor.check,
                    "the environment variable \(name) sets nothing",
                    fix: "was \(nearest) meant?"
                )
            }
    }
}
