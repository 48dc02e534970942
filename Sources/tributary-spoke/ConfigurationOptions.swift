import ArgumentParser
import JSON
import SpokeAgent

/// Which configuration file is read, and how all settings come together.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read this file of settings in place of /etc/tributary/spoke.json and ~/.config/tributary/spoke.json.",
            valueName: "file"
        )
    )
    var config: String?

    /// Everything that is set, with what the command line gives over all else; throws a `SpokeError`.
    func load(_ given: [Setting: JSONValue]...) throws(SpokeError) -> SpokeConfiguration {
        let options = given.reduce(into: [:]) { $0.merge($1) { $1 } }
        return try SpokeConfiguration.load(options, file: config, .present)
    }
}
