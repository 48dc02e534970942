import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// The hubs that this one is a node of.
struct UpstreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upstream",
        abstract: "Join this hub to others above or beside it, and see how it stands with them.",
        discussion: """
            EXAMPLES
              tributary-hub upstream add https://global.example:8092 --node us \\
                --token-file /etc/tributary/us.token --data-dir /var/lib/tributary
              tributary-hub upstream status --data-dir /var/lib/tributary
              tributary-hub upstream remove https://global.example:8092 \\
                --data-dir /var/lib/tributary

            A hub passes on to its upstreams what its nodes said, and learns from them what
            others said, in both directions unchanged: whose it is and where it has passed
            through stays on it. A hub enrols at its upstream with
            `tributary-hub node add NAME --role hub`. It may have several upstreams,
            and two hubs may each be the other's. Name hubs first, with `serve --name`.

            A serving hub follows changes within seconds.
            """,
        subcommands: [Add.self, List.self, Remove.self, Status.self]
    )

    /// Lists upstreams.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List upstreams as they are set up.",
            usage: "tributary-hub upstream list [<options>]",
            discussion: "EXAMPLE\n  tributary-hub upstream list --data-dir /var/lib/tributary"
        )

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let upstreams = try await state.withStore { try await $0.upstreams() }
            if json {
                print(JSONValue.object([.init("upstreams", .array(upstreams.map { .object($0.settings) }))]).text)
                return
            }
            guard !upstreams.isEmpty else {
                Talk.note(state.noUpstream)
                return
            }
            var table = TextTable(["UPSTREAM", "AS NODE", "COLLECTIONS", "MIN VALUE", "EVERY", "FROM", "TOKEN FILE"])
            for upstream in upstreams {
                table.append([
                    upstream.url, upstream.node.text,
                    upstream.collections?.map(\.text).joined(separator: ",") ?? "all", "\(upstream.minValue)",
                    "\(upstream.syncIntervalSeconds) s", upstream.source, upstream.tokenFile,
                ])
            }
            print(table.text)
            print("\nNext: see how it stands with them:\n  \(state.command("upstream", "status"))")
        }
    }

    /// Removes an upstream.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Part from an upstream. What both have learned from each other stays.",
            usage: "tributary-hub upstream remove <url> [<options>]",
            discussion: """
                EXAMPLE
                  tributary-hub upstream remove https://global.example:8092 \\
                    --data-dir /var/lib/tributary
                """
        )

        @Argument(help: "The upstream's address.")
        var url: String

        @OptionGroup var state: StateOptions

        func run() async throws {
            let url = UpstreamSettings.address(url)
            let (removed, known) = try await state.withStore { store in
                let known = try await store.upstreams()
                return (try await store.removeUpstream(url: url), known)
            }
            guard removed else {
                throw CommandFailure(unknownUpstream: url, among: known, list: state.command("upstream", "list"))
            }
            print("removed \(url); what it and this hub have learned from each other stays with both")
            guard let upstream = known.first(where: { $0.url == url }) else { return }
            if upstream.isConfigured {
                Talk.note("note: the configuration file listed it; the next start with that file brings it back")
            }
            Talk.note("there, this revokes the token:\n  tributary-hub node revoke \(upstream.node)")
        }
    }
}

extension StateOptions {
    /// What to say where there is none.
    var noUpstream: String {
        "this hub has no upstream; `\(command("upstream", "add", "URL", "--node", "NAME", "--token-file", "FILE"))` joins it "
            + "to one"
    }
}

extension CommandFailure {
    /// There is no upstream at `url`; `list` is the command that shows them.
    init(unknownUpstream url: String, among known: [Upstream], list: String) {
        self.init(
            "this hub has no upstream \(url); `\(list)` shows them",
            meaning: url,
            among: known.map(\.url)
        )
    }
}
