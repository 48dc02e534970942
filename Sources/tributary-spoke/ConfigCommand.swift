import ArgumentParser
import JSON
import Replication
import SpokeAgent

/// The settings, and where they come from.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Shows what is set and where, and checks files of settings.",
        discussion: """
            EXAMPLES
              tributary-spoke config show --origin
              tributary-spoke config check ~/.config/tributary/spoke.json

            Settings come from /etc/tributary/spoke.json, then from
            $XDG_CONFIG_HOME/tributary/spoke.json (~/.config where that is not set), then
            from environment variables such as TRIBUTARY_HUB, then from options; of each
            setting the last one counts.
            """,
        subcommands: [ShowCommand.self, CheckCommand.self, PathCommand.self]
    )
}

extension ConfigCommand {
    /// All settings with their values.
    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows every setting and its value.",
            discussion: """
                EXAMPLE
                  tributary-spoke config show --origin

                With --json it prints what a configuration file could hold; with --json
                and --origin, for each setting an object with its value and where it comes
                from.
                """
        )

        @OptionGroup var options: SettingOptions

        @Flag(help: "Say where each value comes from.")
        var origin = false

        func run() throws {
            let configuration = try options.load()
            Console(isQuiet: false).result(
                options.json
                    ? configuration.json(hasOrigins: origin).text : configuration.text(hasOrigins: origin)
            )
        }
    }

    /// Whether settings can be used.
    struct CheckCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Tells whether settings can be used, and what is wrong with them.",
            discussion: """
                EXAMPLES
                  tributary-spoke config check
                  tributary-spoke config check new.json

                Without a file it checks everything that is set on this machine. It asks no
                hub; 'tributary-spoke doctor' does.
                """
        )

        @OptionGroup var settings: ConfigurationOptions

        @Argument(help: "The file to check by itself.")
        var file: String?

        func validate() throws {
            guard file == nil || settings.config == nil else {
                throw ValidationError("Give a file to check it by itself, or --config with what else is set.")
            }
        }

        func run() throws {
            let console = Console(isQuiet: false)
            if let file {
                // What stands in the file alone, whatever the environment says.
                guard let layer = try SettingsLayer.file(file, .present) else {
                    throw SpokeError(.configuration, "the configuration file \(file) does not exist")
                }
                try checkPlaces(SpokeConfiguration([layer]))
                console.result("\(file) can be used; it sets \(layer.text)")
                return
            }
            let configuration = try settings.load()
            let hubs = try configuration.hubs()
            _ = try configuration.state()
            try checkPlaces(configuration)
            for hub in hubs { _ = try TokenFile(hub.tokenFile).read() }
            if let finding = PauseConditions(configuration.pause).finding() {
                console.complain("warning: \(finding.found); \(finding.fix)")
            }
            let names = hubs.map(\.endpoint.text).joined(separator: ", ")
            console.result("the settings can be used, with \(names)")
        }

        /// Whether what is read and written can be opened, as far as it is set.
        private func checkPlaces(_ configuration: SpokeConfiguration) throws {
            let sources = try configuration.openSources(home: PlaceOption.home)
            try SpokeSettings.keepApart(try configuration.openSinks(home: PlaceOption.home), from: sources)
        }
    }

    /// Where settings are read.
    struct PathCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "path",
            abstract: "Lists the configuration files that are looked for, and whether they are there."
        )

        @OptionGroup var settings: ConfigurationOptions

        @Flag(help: "Print one JSON document.")
        var json = false

        func run() throws {
            let paths = SpokeConfiguration.paths(settings.config, .present).paths.map { path in
                (path: path, isThere: SettingsLayer.isThere(path))
            }
            let console = Console(isQuiet: false)
            if json {
                let entries = paths.map {
                    JSONValue.object([.init("path", .string($0.path)), .init("exists", .boolean($0.isThere))])
                }
                console.result(JSONValue.array(entries).text)
            } else {
                console.result(paths.map { $0.isThere ? $0.path : "\($0.path) (not there)" }.joined(separator: "\n"))
            }
        }
    }
}
