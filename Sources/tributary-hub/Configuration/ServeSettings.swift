import ArgumentParser
import Federation
import HubService
import Logging

/// What a hub is to serve with: the command line, else the configuration file, else what is usual.
struct ServeSettings {
    static let usualListen = "127.0.0.1:8092"
    static let usualMetricsListen = "127.0.0.1:9200"
    static let usualHistoryDays: Int64 = 90
    static let usualHistoryRows: Int64 = 5_000_000
    /// A hundred years.
    private static let greatestHistoryDays: Int64 = 36_500

    let configuration: HubConfiguration
    let logLevel: Logger.Level
    /// What is wrong with the upstreams' token files; the hub serves its nodes all the same.
    let upstreamProblems: [String]

    /// The settings of `command` over those of `file`; throws a `ValidationError` that names the option.
    init(_ command: Serve, _ file: ConfigurationFile?) throws {
        let dataDirectory = command.state.dataDirectory ?? file?.dataDirectory
        let databaseURL = command.state.databaseURL ?? file?.databaseURL
        guard dataDirectory != nil || databaseURL != nil else { throw ValidationError("--data-dir DIR is missing") }
        let listen = command.listen ?? file?.listen ?? ServeSettings.usualListen
        guard let address = ListenAddress(listen) else {
            throw ValidationError("--listen '\(listen)' is no HOST:PORT")
        }
        let metricsListen = command.metricsListen ?? file?.metricsListen ?? ServeSettings.usualMetricsListen
        let metricsAddress = metricsListen == "none" ? nil : ListenAddress(metricsListen)
        guard metricsListen == "none" || metricsAddress != nil else {
            throw ValidationError("--metrics-listen '\(metricsListen)' is neither HOST:PORT nor none")
        }
        let historyDays = command.historyDays ?? file?.historyDays ?? ServeSettings.usualHistoryDays
        let historyRows = command.historyRows ?? file?.historyRows ?? ServeSettings.usualHistoryRows
        guard (0...ServeSettings.greatestHistoryDays).contains(historyDays), historyRows >= 1 else {
            throw ValidationError(
                "--history-days is from 0 to \(ServeSettings.greatestHistoryDays), --history-rows at least 1"
            )
        }
        let level = command.logLevel ?? file?.logLevel ?? Logger.Level.info.rawValue
        guard let logLevel = Logger.Level(rawValue: level) else {
            throw ValidationError("--log-level '\(level)' is none of debug, info, warning, error")
        }
        self.logLevel = logLevel
        let now = Live.now()
        configuration = HubConfiguration(
            dataDirectory: dataDirectory ?? "",
            listen: address,
            metricsListen: metricsAddress,
            databaseURL: databaseURL,
            databaseAccount: command.state.databaseAccount ?? file?.databaseAccount,
            historyDays: historyDays,
            historyRows: historyRows,
            name: try command.name ?? file?.name.map(Given.node),
            trustedCertificates: try (command.caFile ?? file?.caFile).map(CertificateFileCheck.checked),
            upstreams: file?.upstreams.map { $0.upstream(isConfigured: true, addedAt: now) }
        )
        upstreamProblems = (file?.upstreams ?? []).compactMap { settings in
            TokenFileCheck.problem(with: settings.tokenFile) ?? settings.warning
        }
    }
}
