import ArgumentParser
import Federation
import HubService
import HubStore

/// Begins a new history.
struct Epoch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Begin a new epoch after bringing back an older copy of the data directory.",
        usage: "tributary-hub epoch [<options>]",
        discussion: """
            EXAMPLE
              tributary-hub epoch --data-dir /var/lib/tributary

            A hub notices by itself when its tables are in another PostgreSQL cluster or
            database than before, or on another timeline. A copy of the data directory,
            or tables brought back into the same database, look like the original:
            after bringing them back, this tells every node to compare and to offer
            again what the copy does not have.
            """
    )

    @OptionGroup var state: StateOptions

    func run() async throws {
        let identity = try await state.withStore { store in
            try await store.beginEpoch(Live.newIdentity(), now: Live.now())
        }
        print("hub \(identity.hub) is in epoch \(identity.epoch) now")
    }
}
