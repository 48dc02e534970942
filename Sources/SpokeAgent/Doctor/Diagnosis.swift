package import JSON
internal import Presentation

/// What all looks found.
package struct Diagnosis: Sendable, Equatable {
    package var findings: [Finding]

    package init(_ findings: [Finding]) {
        self.findings = findings
    }

    /// How bad the worst finding is.
    package var worst: Finding.Level { findings.map(\.level).max() ?? .ok }

    /// How the program ends: a warning is no failure.
    package var status: ExitStatus { worst == .problem ? .failure : .ok }

    /// The findings as people read them, aligned, each with what to do below it, and a summary.
    package var text: String {
        let levels = findings.map(\.level.rawValue.count).max() ?? 0
        let checks = findings.map(\.check.count).max() ?? 0
        var lines: [String] = []
        for finding in findings {
            let level = Diagnosis.padded(finding.level.rawValue, levels)
            lines.append("\(level)  \(Diagnosis.padded(finding.check, checks))  \(finding.found)")
            guard let fix = finding.fix else { continue }
            lines.append("\(Diagnosis.padded("", levels))  \(Diagnosis.padded("", checks))  -> \(fix)")
        }
        lines.append(summary)
        return lines.map(HarmlessText.of).joined(separator: "\n")
    }

    private var summary: String {
        let problems = findings.count { $0.level == .problem }
        let warnings = findings.count { $0.level == .warning }
        guard problems + warnings > 0 else { return "All is well." }
        return "\(problems) \(problems == 1 ? "problem" : "problems"), \(warnings)"
            + " \(warnings == 1 ? "warning" : "warnings")."
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// The findings as programs read them.
    package var json: JSONValue {
        [
            "status": .string(status.name), "worst": .string(worst.rawValue),
            "findings": .array(findings.map(\.json)),
        ]
    }
}
