import ArgumentParser
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

            Prints one line when it answers requests. Without --database-url it runs a
            PostgreSQL of its own in the data directory. It listens beyond this machine
            only when a node has a token.

            Superseded versions are kept for --history-days, and at most --history-rows
            of them: so long can `tributary-hub why --at` look back.
            """
    )

    /// A hundred years.
    private static let greatestHistoryDays: Int64 = 36_500

    @OptionGroup var state: StateOptions

    @Option(help: "Where to answer requests: HOST:PORT.")
    var listen = "127.0.0.1:8092"

    @Option(name: .customLong("metrics-listen"), help: "Where to answer /metrics: HOST:PORT, or none.")
    var metricsListen = "127.0.0.1:9200"

    @Option(name: .customLong("history-days"), help: "Days that superseded versions are kept.")
    var historyDays: Int64 = 90

    @Option(name: .customLong("history-rows"), help: "Superseded versions that are kept at most.")
    var historyRows: Int64 = 5_000_000

    @Option(name: .customLong("log-level"), help: "debug, info, warning or error.")
    var logLevel = "info"

    func run() async throws {
        guard state.dataDirectory != nil || state.databaseURL != nil else {
            throw ValidationError("--data-dir DIR is missing")
        }
        guard let address = ListenAddress(listen) else {
            throw ValidationError("--listen '\(listen)' is no HOST:PORT")
        }
        let metricsAddress = metricsListen == "none" ? nil : ListenAddress(metricsListen)
        guard metricsListen == "none" || metricsAddress != nil else {
            throw ValidationError("--metrics-listen '\(metricsListen)' is neither HOST:PORT nor none")
        }
        guard (0...Serve.greatestHistoryDays).contains(historyDays), historyRows >= 1 else {
            throw ValidationError("--history-days is from 0 to \(Serve.greatestHistoryDays), --history-rows at least 1")
        }
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level '\(logLevel)' is none of debug, info, warning, error")
        }
        // A client that went away must not end the hub.
        signal(SIGPIPE, SIG_IGN)
        var logger = Logger(label: "tributary-hub") { _ in JSONLogHandler(now: Live.now) }
        logger.logLevel = level
        let hub = HubApplication(
            configuration: HubConfiguration(
                dataDirectory: state.dataDirectory ?? "",
                listen: address,
                metricsListen: metricsAddress,
                databaseURL: state.databaseURL,
                databaseAccount: state.databaseAccount,
                historyDays: historyDays,
                historyRows: historyRows
            ),
            logger: logger
        )
        try await hub.run { line in
            print(line)
            // Whoever started the hub waits for this line, also behind a pipe.
            fflush(nil)
        }
    }
}
