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
    ///
    /// With `warns`, says on standard error what looks as if it was meant to set something, and does not.
    func load(_ given: [Setting: JSONValue]..., warns: Bool = true) throws(SpokeError) -> SpokeConfiguration {
        let options = given.reduce(into: [:]) { $0.merge($1) { $1 } }
        let surroundings = Surroundings.present
        if warns {
            for warning in surroundings.warnings { Console(isQuiet: false).complain("warning: \(warning)") }
        }
        return try SpokeConfiguration.load(options, file: config, surroundings)
    }
}
