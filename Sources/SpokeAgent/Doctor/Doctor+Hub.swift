internal import Federation
internal import Replication

extension Doctor {
    /// What is to be said of a hub, of the token for it, and of its clock.
    func hubFindings(_ hub: HubSettings) -> [Finding] {
        var findings: [Finding] = []
        if !hub.endpoint.isSecure, !hub.endpoint.isLoopback {
            findings.append(
                .warning(
                    "hub",
                    "the token and the patterns travel unencrypted to \(hub.endpoint.host)",
                    fix: "use https, or a tunnel"
                )
            )
        }
        let file = TokenFile(hub.tokenFile)
        var token: String?
        do throws(SpokeError) { token = try file.read() } catch {
            findings.append(
                .problem(
                    "token",
                    error.description,
                    fix: "give the token's file with --token-file, \(Setting.tokenFile.variable) or 'tokenFile'"
                )
            )
        }
        if token != nil, file.isReadableByOthers {
            findings.append(
                .warning(
                    "token",
                    "\(hub.tokenFile) can be read by other users of this machine",
                    fix: "chmod 600 \(hub.tokenFile)"
                )
            )
        }
        if let caFile = hub.caFile, let finding = certificateFinding(caFile) { return findings + [finding] }
        let sighting = HubProbe.look(
            at: hub.endpoint,
            node: token == nil ? nil : hub.node,
            token: token,
            trustedCertificates: hub.caFile,
            now: now
        )
        return findings + sightingFindings(sighting, hub, hasToken: token != nil) + clockFindings(sighting)
    }

    private func certificateFinding(_ path: String) -> Finding? {
        guard (try? SettingsFile.bytes(of: path, limit: SettingsFile.greatestBytes)) == nil else { return nil }
        return .problem(
            "hub",
            "the certificates to trust, \(path), cannot be read",
            fix: "check --ca-file, \(Setting.caFile.variable) or 'caFile', and its permissions"
        )
    }

    private func sightingFindings(_ sighting: HubSighting, _ hub: HubSettings, hasToken: Bool) -> [Finding] {
        let place = hub.endpoint.text
        switch sighting.outcome {
        case .unresolved(let words):
            return [
                .problem(
                    "hub",
                    "the name \(hub.endpoint.host) has no address (\(words))",
                    fix: "check the hub's address, and this machine's network and name service"
                )
            ]
        case .unreachable(let words):
            return [
                .problem(
                    "hub",
                    "nobody answers at \(place) (\(words))",
                    fix: "check that the hub runs there and that network and firewall let this machine through"
                )
            ]
        case .insecure(let words):
            return [
                .problem(
                    "hub",
                    "the connection to \(place) cannot be secured (\(words))",
                    fix:
                        "check the hub's certificate, this machine's clock, and --ca-file where the hub's authority is your"
                        + " own"
                )
            ]
        case .unanswered(let words):
            return [
                .problem("hub", "\(place) breaks off its answer (\(words))", fix: "check what stands before the hub")
            ]
        case .notAHub(let words):
            return [
                .problem(
                    "hub",
                    "what answers at \(place) is no Tributary hub (\(words))",
                    fix: "check the address and its port, and for a proxy or login page in between"
                )
            ]
        case .failing(let words):
            return [
                .problem("hub", "\(place) answers that it cannot: \(words)", fix: "wait, or ask the hub's operator")
            ]
        case .unauthorized(let code, let words):
            let answers = Finding.ok("hub", "\(place) answers")
            // Without a token it is said already what is wrong.
            return hasToken ? [answers, tokenFinding(code, words, hub)] : [answers]
        case .accepted(let manifest):
            return accepted(manifest, hub, place)
        }
    }

    private func tokenFinding(_ code: String?, _ words: String, _ hub: HubSettings) -> Finding {
        switch code.flatMap(Problem.Code.init(rawValue:)) {
        case .nodeMismatch:
            .problem(
                "token",
                "\(hub.tokenFile) holds the token of another node than \(hub.node): \(words)",
                fix: "correct the node's name, or the file with its token"
            )
        case .nodeRevoked:
            .problem(
                "token",
                "the hub has revoked \(hub.node): \(words)",
                fix: "ask the hub's operator why, and for a new token"
            )
        default:
            .problem(
                "token",
                "the hub does not accept the token in \(hub.tokenFile): \(words)",
                fix: "ask the hub's operator whether \(hub.node) is enrolled, and for its token"
            )
        }
    }

    private func accepted(_ manifest: ManifestDocument, _ hub: HubSettings, _ place: String) -> [Finding] {
        let name = manifest.name.map { " '\($0)'" } ?? ""
        let collections = manifest.entries.count == 1 ? "1 collection" : "\(manifest.entries.count) collections"
        var findings = [
            Finding.ok(
                "hub",
                "\(place) is the hub\(name) and speaks protocol \(ManifestDocument.protocolVersion); \(collections)"
            )
        ]
        guard manifest.node == hub.node else {
            findings.append(
                .problem(
                    "token",
                    "\(hub.tokenFile) holds the token of \(manifest.node), not of \(hub.node)",
                    fix: "correct the node's name, or the file with its token"
                )
            )
            return findings
        }
        findings.append(.ok("token", "the hub knows \(hub.node) by it"))
        return findings
    }

    private func clockFindings(_ sighting: HubSighting) -> [Finding] {
        guard let ahead = sighting.clockAhead else { return [] }
        guard ahead.magnitude >= UInt64(DoctorLimits.clockWarning) else {
            return [.ok("clock", "this machine and the hub agree")]
        }
        let found =
            "this machine's clock is \(ShownDuration.text(seconds: Int64(ahead.magnitude)))"
            + " \(ahead > 0 ? "ahead of" : "behind") the hub's"
        let fix = "set the clock, by NTP where possible: of two versions the newer by the clock may win"
        let isBad = ahead.magnitude >= UInt64(DoctorLimits.clockProblem)
        return [isBad ? .problem("clock", found, fix: fix) : .warning("clock", found, fix: fix)]
    }
}
