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
                let text = completed("\(StoreError.collectionUnknown(name))")
                throw CommandFailure(text, meaning: name.text, among: others)
            } catch StoreError.nodeUnknown(let name) {
                let others = try await store.nodes().map(\.name.text)
                let text = completed("\(StoreError.nodeUnknown(name))")
                throw CommandFailure(text, meaning: name.text, among: others)
            } catch StoreError.notFound(let detail) {
                throw CommandFailure(completed(detail))
            }
        }
    }

    /// `command` as it can be copied: with the options that lead to this hub.
    func command(_ words: String...) -> String {
        (["tributary-hub"] + words + (options.isEmpty ? [] : [options])).joined(separator: " ")
    }

    /// The options that lead to this hub, as they are written behind a command.
    var options: String {
        var words: [String] = []
        if let dataDirectory { words += ["--data-dir", ShellWord.of(dataDirectory)] }
        if let databaseURL { words += ["--database-url", ShownDatabaseURL.of(databaseURL)] }
        if let databaseAccount { words += ["--database-account", ShellWord.of(databaseAccount)] }
        return words.joined(separator: " ")
    }

    /// `text` with the options that lead to this hub in every command of the hub's that it names in backquotes: what is
    /// below the commands knows their names, and not how this one was called.
    private func completed(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            let isCommand = !index.isMultiple(of: 2) && index < parts.count - 1 && part.hasPrefix("tributary-hub ")
            return isCommand && !options.isEmpty ? "\(part) \(options)" : String(part)
        }.joined(separator: "`")
    }
}
