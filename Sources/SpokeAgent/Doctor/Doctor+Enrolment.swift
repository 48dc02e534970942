internal import Federation
internal import Replication

extension Doctor {
    /// What is to be said of one node that is enrolled at several hubs: it may speak at those alone that know it by the same
    /// incarnation as the most preferred one does.
    func enrolmentFindings(_ hubs: [HubSettings]) -> [Finding] {
        var first: (hub: HubSettings, incarnation: Int32)?
        return hubs.compactMap { hub in
            guard let incarnation = incarnation(at: hub) else { return nil }
            guard let first else {
                first = (hub, incarnation)
                return nil
            }
            guard incarnation != first.incarnation else { return nil }
            let lower = incarnation < first.incarnation ? hub : first.hub
            return .problem(
                "hub",
                "\(hub.node) has incarnation \(first.incarnation) at \(first.hub.endpoint) and \(incarnation) at"
                    + " \(hub.endpoint), so nothing is said to the latter",
                fix:
                    "have the operator of \(lower.endpoint) enrol it anew: tributary-hub node revoke \(lower.node), then"
                    + " tributary-hub node add \(lower.node) --incarnation \(max(incarnation, first.incarnation))"
            )
        }
    }

    /// As which enrolment a hub knows the node; `nil` where that cannot be asked now, of which others tell why.
    private func incarnation(at hub: HubSettings) -> Int32? {
        guard let token = try? TokenFile(hub.tokenFile).read() else { return nil }
        let sighting = HubProbe.look(
            at: hub.endpoint,
            node: hub.node,
            token: token,
            trustedCertificates: hub.caFile,
            now: now
        )
        guard case .accepted(let manifest) = sighting.outcome else { return nil }
        return manifest.incarnation
    }
}
