import ArgumentParser
import Federation
import HubService
import HubStore
import Presentation

/// Where the hub's state is; the same options for every command.
struct StateOptions: ParsableArguments {
    @Option(name: .customLong("data-dir"), help: "The hub's data directory.", completion: .directory)
    var dataDirectory: String?

    @Option(name: .customLong("database-url"), help: "Use this PostgreSQL instead of the embedded one.")
    var databaseURL: String?

    @Option(
        name: .customLong("database-account"),
        help: "The account that runs the embedded database when started as root (default: postgres, else nobody)."
    )
    var databaseAccount: String?

    /// Calls `body` with the hub's state, and says which name was meant where one is not known.
    func withStore<Value: Sendable>(
        creating: ((String) -> Void)? = nil,
        _ body: @escaping @Sendable (Store) async throws -> Value
    ) async throws -> Value {
        let access = HubAccess(dataDirectory: dataDirectory, databaseURL: databaseURL, databaseAccount: databaseAccount)
        return try await access.withStore(creating: creating) { store in
            do {
                return try await body(store)
            } catch StoreError.collectionUnknown(let name) {
                let others = try await store.collections().map(\.policy.collection.text)
                throw CommandFailure(StoreError.collectionUnknown(name), meaning: name.text, among: others)
            } catch StoreError.nodeUnknown(let name) {
                let others = try await store.nodes().map(\.name.text)
                throw CommandFailure(StoreError.nodeUnknown(name), meaning: name.text, among: others)
            }
        }
    }

    /// `command` as it can be copied: with the options that lead to this hub.
    func command(_ words: String...) -> String {
        var all = ["tributary-hub"] + words
        if let dataDirectory { all += ["--data-dir", ShellWord.of(dataDirectory)] }
        // The URL may hold a password.
        if databaseURL != nil { all += ["--database-url", "URL"] }
        return all.joined(separator: " ")
    }
}
