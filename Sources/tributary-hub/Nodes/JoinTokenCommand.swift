import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// How machines enrol themselves.
struct JoinTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join-token",
        abstract: "Hand out tokens with which machines enrol themselves, one each.",
        discussion: """
            EXAMPLES
              (umask 077; tributary-hub join-token create --node alice \\
                --data-dir /var/lib/tributary > alice.join)
              tributary-hub join-token list --data-dir /var/lib/tributary
              tributary-hub join-token withdraw 1f2e3d4c5b6a --data-dir /var/lib/tributary

            On the machine: tributary-spoke enroll --hub URL --node alice \\
              --join-token-file alice.join
            It makes its own secret, which nobody else ever sees.
            """,
        subcommands: [Create.self, List.self, Withdraw.self]
    )

    /// Makes one.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a join token and print it, once, on standard output.",
            usage: "tributary-hub join-token create [<options>]",
            discussion: """
                EXAMPLE
                  tributary-hub join-token create --node alice --valid-hours 2 \\
                    --data-dir /var/lib/tributary > alice.join
                """
        )

        /// The longest time that one may be good for: a month.
        private static let greatestHours = 24 * 31

        @Option(help: "The only name that it enrols; any that is free where it is left out.", transform: Given.node)
        var node: NodeName?

        @Option(help: "spoke, or hub for a hub below this one.")
        var role = NodeRole.spoke

        @Option(help: ArgumentHelp("Hours for which it is good.", valueName: "hours"))
        var validHours = 24

        @OptionGroup var state: StateOptions

        func validate() throws {
            guard (1...Create.greatestHours).contains(validHours) else {
                throw ValidationError("--valid-hours is from 1 to \(Create.greatestHours)")
            }
        }

        func run() async throws {
            let (node, role, seconds) = (node, role, Int64(validHours) * 3_600)
            var generator = SystemRandomNumberGenerator()
            let token = JoinToken(using: &generator)
            let now = Live.now()
            let expiresAt = now.adding(seconds: seconds)
            try await state.withStore(creating: Talk.newHub) { store in
                try await store.add(token, for: node, role: role, expiresAt: expiresAt, now: now)
            }
            Talk.note(
                "good for one \(role.rawValue)\(node.map { ", '\($0)'," } ?? "") until \(expiresAt); the join token is on standard output"
            )
            print(token.secretText)
        }
    }

    /// Lists them.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List join tokens and what became of them.",
            usage: "tributary-hub join-token list [<options>]",
            discussion: "EXAMPLE\n  tributary-hub join-token list --data-dir /var/lib/tributary --json"
        )

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let tokens = try await state.withStore { try await $0.joinTokens() }
            let now = Live.now()
            if json {
                print(JSONValue.object([.init("join_tokens", .array(tokens.map { $0.json(at: now) }))]).text)
                return
            }
            guard !tokens.isEmpty else {
                Talk.note("there is no join token; `\(state.command("join-token", "create"))` makes one")
                return
            }
            var table = TextTable(["ID", "FOR", "ROLE", "STATE", "CREATED", "EXPIRES", "ENROLLED"])
            for token in tokens {
                table.append([
                    token.id, token.node?.text ?? "any", token.role.rawValue, token.state(at: now).rawValue,
                    token.createdAt.description, token.expiresAt.description, token.usedBy?.text ?? "-",
                ])
            }
            print(table.text)
        }
    }

    /// Takes one back.
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a join token worth nothing.",
            usage: "tributary-hub join-token withdraw <id> [<options>]",
            discussion: "EXAMPLE\n  tributary-hub join-token withdraw 1f2e3d4c5b6a --data-dir /var/lib/tributary"
        )

        @Argument(help: "The join token's id, which is its middle part.") var id: String
        @OptionGroup var state: StateOptions

        func run() async throws {
            let id = id
            let wasOpen = try await state.withStore { try await $0.withdrawJoinToken(id, now: Live.now()) }
            print(wasOpen ? "withdrew join token \(id)" : "join token \(id) was worth nothing any more")
        }
    }
}

extension JoinTokenRecord {
    fileprivate func json(at now: Timestamp) -> JSONValue {
        [
            "id": .string(id), "node": node.map { .string($0.text) } ?? .null, "role": .string(role.rawValue),
            "state": .string(state(at: now).rawValue), "created_at": .string(createdAt.description),
            "expires_at": .string(expiresAt.description),
            "used_at": (usedAt?.description).map(JSONValue.string) ?? .null,
            "used_by": usedBy.map { .string($0.text) } ?? .null,
        ]
    }
}
