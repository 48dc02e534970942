import ArgumentParser
import Federation
import HubService
import HubStore
import Presentation
import Replication

extension UpstreamCommand {
    /// Adds an upstream.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make this hub a node of another hub, or set it up anew where it is.",
            usage: """
                tributary-hub upstream add <url> --node <name> --token-file <file>
                    [--collections <a,b>] [--min-value <x>] [--sync-interval <s>] [<options>]
                """,
            discussion: """
                EXAMPLE
                  There, once:
                    tributary-hub node add us --role hub --data-dir /var/lib/tributary
                  Here, with the token that was printed in a file that only the hub can read:
                    tributary-hub upstream add https://global.example:8092 --node us \\
                      --token-file /etc/tributary/us.token --data-dir /var/lib/tributary

                --collections bounds both directions; --min-value bounds what is passed on
                there. What was passed on once is followed also when it falls below.
                Where the upstream is known already, it is as if it were added anew: what is
                not given is as usual again.
                """
        )

        @Argument(help: "The upstream's address, such as https://global.example:8092.")
        var url: String

        @Option(help: "This hub's name there, as it was enrolled.", transform: Given.node)
        var node: NodeName

        @Option(help: "The file that holds this hub's token for there and nothing else.", completion: .file())
        var tokenFile: String

        @Option(help: ArgumentHelp("Only these collections, separated by commas.", valueName: "a,b"))
        var collections: String?

        @Option(help: "Pass on only what has or once had this value; 0 to 1.")
        var minValue: Double = Upstream.standardMinValue

        @Option(help: "Seconds after which both hubs are compared at the latest.")
        var syncInterval = Int64(Upstream.standardSyncInterval)

        @OptionGroup var state: StateOptions

        func run() async throws {
            let settings = try settings()
            if let problem = TokenFileCheck.problem(with: settings.tokenFile) { throw ConfigurationFailure(problem) }
            if let warning = settings.warning { Talk.note("warning: \(warning)") }
            let (before, known) = try await state.withStore(creating: Talk.newHub) { store in
                if let token = TokenFileCheck.token(in: settings.tokenFile),
                    let node = try await store.node(presenting: token)
                {
                    throw ConfigurationFailure(UpstreamSettings.ownToken(of: node.name, in: settings))
                }
                let before = try await store.upstreams().first { $0.url == settings.endpoint.text }
                if let name = before?.hubName, let hub = before?.hubID,
                    try await store.isEnrolled(name, asOtherHubThan: hub)
                {
                    throw ConfigurationFailure(Upstream.nodeCalled(name, asUpstreamAt: settings.endpoint.text))
                }
                let now = Live.now()
                try await store.addUpstream(settings.upstream(isConfigured: false, addedAt: now), now: now)
                return (before, try await store.collections().map(\.policy.collection))
            }
            print("\(before == nil ? "added" : "changed") \(settings.endpoint), where this hub is the node '\(node)'")
            for collection in settings.collections ?? [] where !known.contains(collection) {
                let guess = Suggestion.nearest(to: collection.text, among: known.map(\.text))
                Talk.note(
                    "warning: this hub has no collection '\(collection)'"
                        + (guess.map { "; did you mean '\($0)'?" } ?? "; it is made here once the upstream has it")
                )
            }
            if before?.isConfigured == true {
                Talk.note("note: the configuration file listed it; the next start with that file sets it up as there")
            }
            let next = "a serving hub begins within seconds, nothing is to be restarted; see how it stands then"
            print("\nNext: \(next):\n  \(state.command("upstream", "status"))")
        }

        private func settings() throws -> UpstreamSettings {
            var settings = UpstreamSettings(
                endpoint: try named("<url>") { try UpstreamSettings.endpoint(url) },
                node: node,
                tokenFile: TokenFileCheck.absolute(tokenFile)
            )
            settings.minValue = try named("--min-value") { try UpstreamSettings.minValue(minValue) }
            settings.syncInterval = try named("--sync-interval") { try UpstreamSettings.syncInterval(syncInterval) }
            settings.collections = try collections.map { text in
                try named("--collections") {
                    try UpstreamSettings.collections(text.split(separator: ",").map(String.init))
                }
            }
            return settings
        }

        private func named<Value>(_ option: String, _ read: () throws -> Value) throws -> Value {
            do { return try read() } catch { throw ValidationError("\(option): \(error)") }
        }
    }
}
