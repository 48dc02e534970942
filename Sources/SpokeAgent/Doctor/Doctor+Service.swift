import Glibc

extension Doctor {
    private static let unit = "tributary-spoke.service"
    private static let systemFolders = [
        "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    ]
    private static let userFolders = ["/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"]
    /// Is there where systemd manages the services.
    private static let managerFolder = "/run/systemd/system"

    /// What is to be said of the service that keeps a spoke running; nothing where systemd does not manage services.
    func serviceFindings(_ statePath: String) -> [Finding] {
        guard FileFingerprint(path: Doctor.managerFolder) != nil else { return [] }
        let own = surroundings.home.map { ["\($0)/.config/systemd/user"] } ?? []
        let installed = (Doctor.systemFolders + own + Doctor.userFolders).map { "\($0)/\(Doctor.unit)" }
            .first { FileFingerprint(path: $0) != nil }
        let isRunning = StateFolder(statePath).isInUse
        guard let installed else {
            return [
                isRunning
                    ? .ok("service", "none is installed; a spoke runs by other means")
                    : .warning(
                        "service",
                        "none is installed, so a round is made only when somebody runs 'tributary-spoke sync'",
                        fix: "install \(Doctor.unit), or let cron run 'tributary-spoke sync'"
                    )
            ]
        }
        if isRunning { return [.ok("service", "\(installed), and a spoke runs")] }
        let scope = installed.contains("/user/") ? " --user" : ""
        return [
            .warning(
                "service",
                "\(installed) is installed, and no spoke runs with \(statePath)",
                fix: "systemctl\(scope) enable --now tributary-spoke, and then: journalctl\(scope) -u tributary-spoke"
            )
        ]
    }
}
