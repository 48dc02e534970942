import ArgumentParser
import Federation
import Glibc
import Presentation
import Replication
import Settings
import SpokeAgent

/// Makes this machine a node.
struct EnrollCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Enrols this machine at a hub, with a secret of its own.",
        discussion: """
            EXAMPLE
              tributary-spoke enroll --hub https://hub.example:8092 --node alice \\
                --join-token-file alice.join --token-file ~/.config/tributary/token

            The hub's operator hands out the join token, which is good for one machine:
              tributary-hub join-token create --node alice

            The name is this machine's host name where nothing sets it; its token goes
            to ~/.config/tributary/token where nothing names a file.

            The secret is made here and written to the token file, which only you can
            read, before the hub hears of it. Cut off at any point, the same command
            again finishes what was begun.
            """
    )

    @OptionGroup var settings: ConfigurationOptions
    @OptionGroup var access: AccessOptions

    @Option(help: "The file that holds the join token and nothing else; - reads standard input.")
    var joinTokenFile: String

    func run() throws {
        SignalFlag.install()
        let console = Console(isQuiet: false)
        let environment = SystemClock.environment
        let configuration = try settings.load(access.given)
        guard let address = configuration.preferred(.hub) else {
            throw configuration.missing(.hub, "no hub is set", "URL")
        }
        let hub = try validated { () throws(InvalidSetting) in try SettingText.endpoint(address) }
        let name = try configuration.preferred(.node).flatMap(NodeName.init) ?? EnrollCommand.hostName()
        let path = try configuration.preferred(.tokenFile) ?? EnrollCommand.defaultTokenFile()
        let joinToken = try EnrollCommand.joinToken(in: joinTokenFile)
        if !hub.isSecure, !hub.isLoopback {
            console.complain("warning: the join token travels unencrypted to \(hub.host); use https, or a tunnel")
        }
        let file = NewTokenFile(path)
        var generator = SystemRandomNumberGenerator()
        let token = try file.prepare(using: &generator)
        let client = HubClient(
            endpoint: hub,
            node: name,
            transport: try CurlTransport(
                endpoint: hub,
                trustedCertificates: configuration.preferred(.caFile),
                shouldStop: environment.shouldStop
            ),
            environment: environment,
            token: { joinToken }
        )
        let enrolment: Enrolment
        do {
            enrolment = try client.retrying { try client.enrol(token) }
        } catch let error as ReplicationError {
            // Of anything else the hub may have taken it, and the same again finds out.
            switch error.kind {
            case .unauthorized, .refused, .notAHub: file.discard()
            default: break
            }
            throw error
        }
        try file.finish()
        console.say(
            "\(name) is enrolled at \(hub) as \(enrolment.role.rawValue), incarnation \(enrolment.incarnation); its token is in"
                + " \(path)"
        )
        console.say(
            "next: tributary-spoke sync --hub \(hub) --node \(name)\(EnrollCommand.option(for: path))"
                + " --source jsonl:patterns --sink jsonl:learned"
        )
    }

    /// What the next command has to say about the token in `path`: nothing where it is looked for anyway.
    private static func option(for path: String) -> String {
        path == Surroundings.present.enrolledToken ? "" : " --token-file \(ShellWord.of(path))"
    }

    private static func joinToken(in path: String) throws -> String {
        let content = "the join token that the hub's operator gave you"
        let file = SecretFile(path, title: "join token file", content: content)
        let text = path == "-" ? readLine() ?? "" : try file.read()
        guard let token = JoinToken(text.filter { !$0.isWhitespace }) else {
            throw SpokeError(
                .configuration,
                "\(path == "-" ? "standard input" : path) holds no join token, which is like"
                    + " 'tributary_join_<id>_<secret>'; the hub's operator prints one with 'tributary-hub join-token create'"
            )
        }
        return token.secretText
    }

    private static func hostName() throws -> NodeName {
        var bytes = [CChar](repeating: 0, count: 256)
        gethostname(&bytes, bytes.count - 1)
        let text = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let name = NodeName(String(text.prefix { $0 != "." })) else {
            throw SpokeError(.usage, "this machine's host name is no node name; give one with --node")
        }
        return name
    }

    private static func defaultTokenFile() throws -> String {
        guard let path = Surroundings.present.enrolledToken else {
            throw SpokeError(
                .usage,
                "neither HOME nor XDG_CONFIG_HOME is set; say with --token-file where the token goes"
            )
        }
        return path
    }
}
