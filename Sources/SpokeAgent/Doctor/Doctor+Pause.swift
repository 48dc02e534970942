extension Doctor {
    /// Whether what a running spoke is to watch can be seen on this machine, and what it sees now.
    func pauseFindings(_ settings: PauseSettings) -> [Finding] {
        let conditions = PauseConditions(settings)
        if let (found, fix) = conditions.finding() { return [.warning("pause", found, fix: fix)] }
        let reason = conditions.reason().map { "a running spoke would send nothing now: \($0)" }
        return [.ok("pause", reason ?? "nothing keeps a running spoke from sending now")]
    }
}
