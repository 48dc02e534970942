import ArgumentParser
import Federation
import Glibc
import HubService
import Logging

/// Serves a hub until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the hub until SIGTERM.",
        usage: "tributary-hub serve --data-dir <data-dir> [<options>]",
        discussion: """
            EXAMPLES
              tributary-hub serve --data-dir /var/lib/tributary
              tributary-hub serve --data-dir /var/lib/tributary --listen 0.0.0.0:8092
              tributary-hub serve --data-dir /var/lib/tributary \\
                --database-url 'postgresql://hub@db/tributary'
              tributary-hub serve --config /etc/tributary/hub.json

            Prints one line when it answers requests. Without --database-url it runs a
            PostgreSQL of its own in the data directory. It listens beyond this machine
            only when a node has a token.

            Superseded versions are kept for --history-days, and at most --history-rows
            of them: so long can `tributary-hub why --at` look back.

            --config names a JSON file whose members are called as the options are, with
            underscores: data_dir, listen, name and so on. Options win over it. Its member
            `upstreams` lists the hubs that this one is a node of, each with url, node,
            token_file, and where wanted collections, min_value and sync_interval.

            Upstreams with https are trusted by the certificates of the system, or by those
            in the file of --ca-file alone.
            """
    )

    @OptionGroup var state: StateOptions

    @Option(help: "Read settings from this JSON file.", completion: .file(extensions: ["json"]))
    var config: String?

    @Option(help: "This hub's name in the paths of what it passes on (default: its id).", transform: Given.node)
    var name: NodeName?

    @Option(
        help: ArgumentHelp("Trust upstreams by the certificates in this PEM file, and no others.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    @Option(help: "Where to answer requests: HOST:PORT (default: \(ServeSettings.usualListen)).")
    var listen: String?

    @Option(
        name: .customLong("metrics-listen"),
        help: "Where to answer /metrics: HOST:PORT, or none (default: \(ServeSettings.usualMetricsListen))."
    )
    var metricsListen: String?

    @Option(
        name: .customLong("history-days"),
        help: "Days that superseded versions are kept (default: \(ServeSettings.usualHistoryDays))."
    )
    var historyDays: Int64?

    @Option(
        name: .customLong("history-rows"),
        help: "Superseded versions that are kept at most (default: \(ServeSettings.usualHistoryRows))."
    )
    var historyRows: Int64?

    @Option(name: .customLong("log-level"), help: "debug, info, warning or error (default: info).")
    var logLevel: String?

    func run() async throws {
        let settings = try ServeSettings(self, try config.map(ConfigurationFile.init))
        // A client that went away must not end the hub.
        signal(SIGPIPE, SIG_IGN)
        var logger = Logger(label: "tributary-hub") { _ in JSONLogHandler(now: Live.now) }
        logger.logLevel = settings.logLevel
        for problem in settings.upstreamProblems {
            logger.warning("an upstream cannot be reached like this", metadata: ["problem": .string(problem)])
        }
        let hub = HubApplication(configuration: settings.configuration, logger: logger)
        try await hub.run { line in
            print(line)
            // Whoever started the hub waits for this line, also behind a pipe.
            fflush(nil)
        }
    }
}
