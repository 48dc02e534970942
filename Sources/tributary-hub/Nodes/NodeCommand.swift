import ArgumentParser
import Federation
import HubService
import HubStore
import JSON
import Presentation

/// Who may speak to the hub.
struct NodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Enrol, list and revoke nodes, also while the hub is serving.",
        discussion: """
            EXAMPLES
              tributary-hub node add alice --data-dir /var/lib/tributary > alice.token
              tributary-hub node list --data-dir /var/lib/tributary
              tributary-hub node revoke alice --data-dir /var/lib/tributary
              tributary-hub node revoke alice --recompute --dry-run \\
                --data-dir /var/lib/tributary
            """,
        subcommands: [Add.self, List.self, Revoke.self]
    )

    /// Enrols a node.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enrol a node and print its token, once, on standard output.",
            usage: "tributary-hub node add <name> [<options>]",
            discussion: """
                EXAMPLES
                  tributary-hub node add alice --data-dir /var/lib/tributary > alice.token
                  tributary-hub node add board --scope review \\
                    --data-dir /var/lib/tributary > board.token
                  tributary-hub node add alice --incarnation 1 \\
                    --data-dir /var/lib/tributary > alice.token

                A node with the scope review may see what others sent, resolve conflicts
                and retract patterns over HTTP.

                A machine that is to work with this hub while another one is away is given
                the incarnation it has there, as `tributary-spoke status` shows it.
                """
        )

        @Argument(help: "The node's name.", transform: Given.node)
        var name: NodeName

        @Option(help: "spoke, or hub for a hub below this one.")
        var role = NodeRole.spoke

        @Option(name: .customLong("scope"), help: "What it may do beyond its role: review. Can be given several times.")
        var scopes: [NodeScope] = []

        @Option(
            help: ArgumentHelp(
                "The same machine as at another hub: its incarnation there.",
                valueName: "number"
            )
        )
        var incarnation: Int32?

        @OptionGroup var state: StateOptions

        func validate() throws {
            guard let incarnation, !(1...Limits.relayedIncarnation).contains(incarnation) else { return }
            throw ValidationError("An incarnation is a number from 1 to \(Limits.relayedIncarnation).")
        }

        func run() async throws {
            let (name, role, scopes, incarnation) = (name, role, Set(scopes), incarnation)
            var generator = SystemRandomNumberGenerator()
            let token = NodeToken(using: &generator)
            let (enrolled, upstreams) = try await state.withStore(creating: Talk.newHub) { store in
                let node = try await store.enrol(
                    name,
                    role: role,
                    scopes: scopes,
                    incarnation: incarnation,
                    token: token,
                    now: Live.now()
                )
                return (node, try await store.upstreams())
            }
            let rights = enrolled.scopes.isEmpty ? "" : " with the scope \(enrolled.scopeNames.joined(separator: ", "))"
            Talk.note(
                "enrolled \(enrolled.role.rawValue) '\(name)'\(rights), incarnation \(enrolled.incarnation); its token is on standard output"
            )
            print(token.secretText)
            Talk.note("keep it in a file only the node can read; it is not shown again")
            if role == .hub, let namesake = upstreams.first(where: { $0.hubName == name }) {
                Talk.note(
                    "warning: \(namesake.url), an upstream, calls itself \(name) too; unless it is that very hub, revoke this node "
                        + "and enrol its hub under another name, because the two would be taken for one"
                )
            }
        }
    }

    /// Lists nodes.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all nodes.",
            usage: "tributary-hub node list [<options>]",
            discussion: "EXAMPLE\n  tributary-hub node list --data-dir /var/lib/tributary --json"
        )

        @Flag(help: "Print one JSON document.") var json = false
        @OptionGroup var state: StateOptions

        func run() async throws {
            let nodes = try await state.withStore { try await $0.nodes() }
            if json {
                print(JSONValue.object([.init("nodes", .array(nodes.map(\.json)))]).text)
                return
            }
            guard !nodes.isEmpty else {
                Talk.note("no node is enrolled yet; `\(state.command("node", "add", "NAME"))` enrols one")
                return
            }
            var table = TextTable(["NODE", "ROLE", "SCOPES", "STATE", "INCARNATION", "CONTRIBUTIONS", "LAST SEEN"])
            for node in nodes {
                table.append([
                    node.name.text, node.role.rawValue,
                    node.scopes.isEmpty ? "-" : node.scopeNames.joined(separator: ","),
                    node.revokedAt == nil ? "enrolled" : "revoked", "\(node.incarnation)",
                    "\(node.contributions ?? 0)", node.lastSeenAt?.description ?? "never",
                ])
            }
            print(table.text)
        }
    }
}

extension EnrolledNode {
    fileprivate var scopeNames: [String] { scopes.map(\.rawValue).sorted() }

    fileprivate var json: JSONValue {
        [
            "node": .string(name.text),
            "role": .string(role.rawValue),
            "scopes": .array(scopeNames.map(JSONValue.string)),
            "state": .string(revokedAt == nil ? "enrolled" : "revoked"),
            "incarnation": .integer(Int64(incarnation)),
            "contributions": .integer(contributions ?? 0),
            "enrolled_at": .string(enrolledAt.description),
            "revoked_at": (revokedAt?.description).map(JSONValue.string) ?? .null,
            "last_seen_at": (lastSeenAt?.description).map(JSONValue.string) ?? .null,
        ]
    }
}
