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
            """,
        subcommands: [Add.self, List.self, Revoke.self]
    )

    /// Enrols a node.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enrol a node and print its token, once, on standard output.",
            discussion: "EXAMPLE\n  tributary-hub node add alice --data-dir /var/lib/tributary > alice.token"
        )

        @Argument(help: "The node's name.")
        var name: String

        @Option(help: "spoke, or hub for a hub below this one.")
        var role = NodeRole.spoke

        @OptionGroup var state: StateOptions

        func run() async throws {
            let node = try nodeName(name)
            let role = role
            var generator = SystemRandomNumberGenerator()
            let token = NodeToken(using: &generator)
            let enrolled = try await state.access.withStore(creating: Talk.newHub) { store in
                try await store.enrol(node, role: role, token: token, now: Live.now())
            }
            Talk.note("enrolled \(enrolled.role.rawValue) '\(node)', incarnation \(enrolled.incarnation); its token is")
            print(token.secretText)
            Talk.note("keep it in a file only the node can read; it is not shown again")
        }
    }

    /// Lists nodes.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all nodes.",
            discussion: "EXAMPLE\n  tributary-hub node list --data-dir /var/lib/tributary --json"
        )

        @OptionGroup var state: StateOptions
        @Flag(help: "Print one JSON document.") var json = false

        func run() async throws {
            let nodes = try await state.access.withStore { try await $0.nodes() }
            if json {
                print(JSONValue.object([.init("nodes", .array(nodes.map(\.json)))]).text)
                return
            }
            guard !nodes.isEmpty else {
                Talk.note("no node is enrolled yet; `tributary-hub node add NAME` enrols one")
                return
            }
            var table = TextTable(["NODE", "ROLE", "STATE", "INCARNATION", "CONTRIBUTIONS", "LAST SEEN"])
            for node in nodes {
                table.append([
                    node.name.text, node.role.rawValue, node.revokedAt == nil ? "enrolled" : "revoked",
                    "\(node.incarnation)", "\(node.contributions ?? 0)", node.lastSeenAt?.description ?? "never",
                ])
            }
            print(table.text)
        }
    }

    /// Revokes a node.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a node: its token stops working with its next request. What it said stays.",
            discussion: "EXAMPLE\n  tributary-hub node revoke alice --data-dir /var/lib/tributary"
        )

        @Argument(help: "The node's name.")
        var name: String

        @OptionGroup var state: StateOptions

        func run() async throws {
            let node = try nodeName(name)
            let wasEnrolled = try await state.access.withStore { try await $0.revoke(node, now: Live.now()) }
            print(wasEnrolled ? "revoked '\(node)'" : "'\(node)' was revoked before")
        }
    }
}

/// A node's name from the command line.
private func nodeName(_ text: String) throws -> NodeName {
    guard let name = NodeName(text) else {
        throw ValidationError(
            "'\(text)' is no node name: 1-64 letters, digits, '.', '-' and '_', beginning with a letter or digit"
        )
    }
    return name
}

extension NodeRole: ExpressibleByArgument {}

extension EnrolledNode {
    fileprivate var json: JSONValue {
        [
            "node": .string(name.text),
            "role": .string(role.rawValue),
            "state": .string(revokedAt == nil ? "enrolled" : "revoked"),
            "incarnation": .integer(Int64(incarnation)),
            "contributions": .integer(contributions ?? 0),
            "enrolled_at": .string(enrolledAt.description),
            "revoked_at": (revokedAt?.description).map(JSONValue.string) ?? .null,
            "last_seen_at": (lastSeenAt?.description).map(JSONValue.string) ?? .null,
        ]
    }
}
