import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

extension UpstreamCommand {
    /// Shows how it stands with upstreams.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how far replication with each upstream has come, what failed, and whose statements came.",
            usage: "tributary-hub upstream status [<url>] [<options>]",
            discussion: """
                EXAMPLES
                  tributary-hub upstream status --data-dir /var/lib/tributary
                  tributary-hub upstream status https://global.example:8092 --json \\
                    --data-dir /var/lib/tributary

                STATES
                  answering  the last exchange succeeded
                  failing    the last exchange failed; the error says what to do
                  unheard    it was never reached yet
                  idle       no serving hub replicates with it at present

                push is from here to there, pull from there to here. BEHIND counts the changes
                that the receiving hub has not been given yet, WAITING for how long the oldest
                of them has been waiting. A statement that was pushed already counts again
                while a retraction, or its being lifted, is on its way: it goes once more.
                """
        )

        @Argument(help: "Only this upstream.")
        var url: String?

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let now = Live.now()
            let url = url.map(UpstreamSettings.address)
            let all = try await state.withStore { try await $0.upstreamStatus(now: now) }
            let shown = all.filter { url == nil || $0.upstream.url == url }
            if let url, shown.isEmpty {
                throw CommandFailure(
                    unknownUpstream: url,
                    among: all.map(\.upstream),
                    list: state.command("upstream", "list")
                )
            }
            if json {
                let documents = shown.map { $0.json(now: now, withDetails: true) }
                print(JSONValue.object([.init("upstreams", .array(documents))]).text)
                return
            }
            guard !shown.isEmpty else {
                Talk.note(state.noUpstream)
                return
            }
            print(shown.map { $0.text(now: now, serve: state.command("serve")) }.joined(separator: "\n\n"))
        }
    }
}

extension UpstreamStatus {
    fileprivate func text(now: Timestamp, serve: String) -> String {
        [title(now: now, serve), flowTable, refusedTable, originTable].compactMap(\.self).joined(separator: "\n\n")
    }

    private func title(now: Timestamp, _ serve: String) -> String {
        let name = upstream.hubName.map { " (\($0))" } ?? ""
        var text = "\(upstream.url)\(name), where this hub is the node '\(upstream.node)': \(state(now: now).rawValue)"
        if let heard = upstream.contactedAt { text += ", last heard of on \(heard.short)" }
        if let narrowing { text += "\n\(narrowing)" }
        if let error = upstream.error {
            let times = upstream.failures == 1 ? "once" : "\(upstream.failures) times in a row"
            let at = upstream.failedAt.map { ", last on \($0.short)" } ?? ""
            text += "\nfailed \(times)\(at): \(HarmlessText.of(error))"
        } else if state(now: now) == .idle {
            text += "\nno hub process replicates with it yet: one that serves begins within seconds; where none does, "
            text += "`\(serve)`"
        } else if upstream.contactedAt != nil, upstream.epoch == nil {
            text += "\nboth hubs are being compared"
        }
        for policy in lacking {
            text +=
                "\nit has no collection \(policy.collection), so what is said in it waits here; there, this makes it, or"
            text += " name with `upstream add --collections` those that are to travel:"
            text += "\n  tributary-hub collection set \(policy.collection) --strategy \(policy.strategy.rawValue)"
        }
        return text
    }

    private var narrowing: String? {
        var parts: [String] = []
        if let collections = upstream.collections {
            parts.append("only \(collections.map(\.text).joined(separator: ", "))")
        }
        if upstream.minValue > 0 { parts.append("passing on what has or had a value of \(upstream.minValue) or more") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private var flowTable: String {
        let told = flows.filter { $0.itemsBehind > 0 || $0.moved > 0 || $0.refused > 0 }
        guard !told.isEmpty else { return "nothing has travelled, and nothing waits" }
        var table = TextTable(
            ["COLLECTION", "FEED", "DIRECTION", "BEHIND", "WAITING", "MOVED", "REFUSED", "LAST MOVED"],
            numbers: 3..<7
        )
        for flow in told {
            table.append([
                flow.collection.text, flow.feed.rawValue, flow.direction.rawValue, behind(flow),
                flow.itemsBehind > 0 ? "\(flow.secondsBehind) s" : "-", "\(flow.moved)", "\(flow.refused)",
                flow.movedAt?.short ?? "never",
            ])
        }
        return table.text
    }

    private func behind(_ flow: Flow) -> String {
        flow.direction == .push && flow.itemsBehind == UpstreamStatus.countedItems
            ? ">=\(flow.itemsBehind)" : "\(flow.itemsBehind)"
    }

    private var refusedTable: String? {
        guard !refusals.isEmpty else { return nil }
        var table = TextTable(["NOT TAKEN THERE", "PATTERN", "OF", "CODE", "WHY"])
        for refusal in refusals {
            table.append([
                refusal.collection.text, refusal.key.id.description, refusal.key.origin.text, refusal.code,
                refusal.detail,
            ])
        }
        return table.text
    }

    private var originTable: String? {
        guard !relayedOrigins.isEmpty else { return nil }
        var table = TextTable(
            ["STATEMENTS FROM THERE OF", "COLLECTION", "STATEMENTS", "FIRST", "LAST"],
            numbers: 2..<3
        )
        for origin in relayedOrigins {
            table.append([
                origin.origin.text, origin.collection.text, "\(origin.statements)", origin.firstAt.short,
                origin.lastAt.short,
            ])
        }
        return table.text
    }
}
