import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Logging
import Presentation

extension VerifyCommand {
    /// Stands for all upstreams.
    private static let allUpstreams = "upstream"

    /// Compares with the upstreams that `against` names.
    func compare(_ against: String) async throws {
        let (collection, limit, repair) = (collection, Int(limit), repair)
        let certificates = try caFile.map(CertificateFileCheck.checked)
        let url = UpstreamSettings.address(against)
        let (list, noUpstream) = (state.command("upstream", "list"), state.noUpstream)
        var logger = Logger(label: "tributary-hub") { _ in JSONLogHandler(now: Live.now) }
        logger.logLevel = .error
        let found = try await state.withStore { [logger] store in
            let known = try await store.upstreams()
            let wanted = known.filter { against == VerifyCommand.allUpstreams || $0.url == url }
            guard !wanted.isEmpty else {
                guard !known.isEmpty else { throw CommandFailure(noUpstream) }
                throw CommandFailure(
                    "this hub has no upstream '\(against)'; `\(list)` shows them, and '\(VerifyCommand.allUpstreams)' means all",
                    meaning: url,
                    among: [VerifyCommand.allUpstreams] + known.map(\.url)
                )
            }
            var found: [(url: String, findings: [UpstreamVerification.Finding])] = []
            for upstream in wanted {
                let verification = UpstreamVerification(
                    of: store,
                    against: upstream,
                    trustedCertificates: certificates,
                    logger: logger
                )
                found.append((upstream.url, try await verification.run(collection, repairs: repair, limit: limit)))
            }
            return found
        }
        if json {
            let documents = found.map { url, findings -> JSONValue in
                ["url": .string(url), "collections": .array(findings.map(\.json))]
            }
            print(JSONValue.object([.init("upstreams", .array(documents))]).text)
        } else {
            let texts = found.map { url, findings in ([url] + findings.map(\.text)).joined(separator: "\n") }
            print(texts.joined(separator: "\n\n"))
        }
        let differences = found.reduce(0) { $0 + $1.findings.reduce(0) { $0 + $1.differences } }
        guard differences > 0 else { return }
        if !json {
            Talk.note(
                repair
                    ? "\(count(differences, "difference")) left: `\(state.command("upstream", "status"))` shows what is refused there"
                    : "\(count(differences, "difference")); --repair sends what differs to the side that lacks it"
            )
        }
        throw ExitCode(HubExit.integrity.rawValue)
    }
}

extension UpstreamVerification.Finding {
    fileprivate var text: String {
        var text = "\(collection): "
        if fetched + pushed > 0 { text += "fetched \(fetched), pushed \(pushed); " }
        if resolutionsFetched + resolutionsPushed > 0 {
            text += "of what operators decided fetched \(resolutionsFetched), pushed \(resolutionsPushed); "
        }
        guard differences > 0 else { return text + "both hold the same" }
        text += "\(lackingHere) lacking or older here, \(lackingThere) lacking or older there"
        if resolutionsLackingHere + resolutionsLackingThere > 0 {
            text +=
                "; of what operators decided \(resolutionsLackingHere) lacking here, \(resolutionsLackingThere) there"
        }
        guard !listed.isEmpty else { return text }
        var table = TextTable(["WHAT", "PATTERN", "OF", "LACKING OR OLDER"])
        for difference in listed {
            table.append([difference.kind, difference.subject, difference.origin.text, difference.side])
        }
        text += "\n\(table.text)"
        let more = differences - Int64(listed.count)
        return more > 0 ? "\(text)\nand \(count(more, "more difference", "more differences"))" : text
    }

    fileprivate var json: JSONValue {
        [
            "collection": .string(collection.text),
            "lacking_here": .integer(lackingHere),
            "lacking_there": .integer(lackingThere),
            "fetched": .integer(fetched),
            "pushed": .integer(pushed),
            "resolutions_lacking_here": .integer(resolutionsLackingHere),
            "resolutions_lacking_there": .integer(resolutionsLackingThere),
            "resolutions_fetched": .integer(resolutionsFetched),
            "resolutions_pushed": .integer(resolutionsPushed),
            "requests": .integer(requests),
            "listed": .array(listed.map(\.json)),
        ]
    }
}

extension UpstreamVerification.Difference {
    fileprivate var side: String { isLackingHere ? "here" : "there" }

    fileprivate var kind: String {
        switch item {
        case .statement: "contribution"
        case .resolution: "resolution"
        }
    }

    /// What it is about, for a person.
    fileprivate var subject: String {
        switch item {
        case .statement(let key): key.id.description
        case .resolution(.pattern(let id), _): id.description
        case .resolution(.content(let digest), _): "content \(digest)"
        }
    }

    fileprivate var origin: NodeName {
        switch item {
        case .statement(let key): key.origin
        case .resolution(_, let origin): origin
        }
    }

    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [.init("what", .string(kind))]
        switch item {
        case .resolution(.content(let digest), _): members.append(.init("content", .string("\(digest)")))
        case .statement, .resolution(.pattern, _): members.append(.init("id", .string(subject)))
        }
        return .object(members + [.init("origin", .string(origin.text)), .init("lacking", .string(side))])
    }
}
