internal import Federation
internal import SQLite

/// What is shown where several hubs are worked with.
///
/// What the hub in use says comes first. What it lacks and has not withdrawn is shown as the other hubs said it, so that
/// nothing vanishes from this machine because another hub is in use.
extension SpokeState {
    /// Whose winners are shown.
    enum Layer {
        /// Those held in this state.
        case own
        /// Those held in the state of another hub.
        case other(SpokeState)
    }

    /// Has the winners of `states` be shown in this order; `names` tell which they are, in a way that lasts.
    ///
    /// To be called of the machine's own state, which may be among them.
    package func show(_ states: [(name: String, state: SpokeState)]) throws {
        layers = states.map { $0.state === self ? .own : .other($0.state) }
        let names = states.map(\.name).joined(separator: "\n")
        let isSingle = hasOneLayer
        // A machine with one hub has nothing to remember.
        guard try fact(.layers) != (isSingle ? nil : names) else { return }
        try database.transaction {
            try setFact(.layers, isSingle ? nil : names)
            try noteShownAnew()
        }
    }

    /// Has sinks look at everything that is shown anew.
    func noteShownAnew() throws {
        let changes = try fact(.layerChanges).flatMap { Int64($0) } ?? 0
        try setFact(.layerChanges, String(changes + 1))
    }

    /// The names of the states that were shown last, in their order; empty where it was this one alone.
    package func shownNames() throws -> [String] {
        try fact(.layers)?.split(separator: "\n").map(String.init) ?? []
    }

    /// The state that sinks follow, brought up to what is shown of `collection`.
    func sinkState(of collection: CollectionName) throws -> SpokeState {
        guard let shown else { return self }
        try shown.copyShown(of: collection, from: self)
        return shown
    }

    /// Whether the winners held here are all that is shown.
    var hasOneLayer: Bool {
        guard layers.count == 1, case .own = layers[0] else { return false }
        return true
    }

    var layeredStates: [SpokeState] {
        layers.map { layer in
            switch layer {
            case .own: self
            case .other(let state): state
            }
        }
    }

    /// Grows whenever what is shown of `collection` may have become another.
    func layeredChanges(of collection: CollectionName) throws -> Int64 {
        // Another order counts for more changes than a hub makes.
        var changes = (try fact(.layerChanges).flatMap { Int64($0) } ?? 0) << 40
        for state in layeredStates {
            let statement = try state.database.prepare("SELECT winner_changes FROM collections WHERE name = ?1")
            try statement.bind(collection.text, at: 1)
            if try statement.step() { changes &+= statement.int64(0) }
        }
        return changes
    }

    /// Calls `body` with each winner that is shown of `collection`, in the order of ids.
    func forEachLayeredWinner(of collection: CollectionName, _ body: (HeldWinner) throws -> Void) throws {
        try forEachShown(of: collection, HeldWinner.columns) { try body($1.winner(in: $0, of: collection)) }
    }

    /// The same as rows, whose columns are ``copiedColumns``, each with the state that holds it.
    func forEachShownRow(of collection: CollectionName, _ body: (Statement, SpokeState) throws -> Void) throws {
        let columns = SpokeState.copiedColumns.map { "w.\($0)" }.joined(separator: ", ")
        try forEachShown(of: collection, columns, body)
    }

    /// Calls `body` with a row for each winner that is shown, in the order of ids, and the state that holds it; its columns,
    /// of the table `winners` as `w`, begin with the id.
    private func forEachShown(
        of collection: CollectionName,
        _ columns: String,
        _ body: (Statement, SpokeState) throws -> Void
    ) throws {
        var readers = try layeredStates.compactMap { state in
            try state.existingNumber(of: collection).map { try LayerReader(state, number: $0, columns) }
        }
        // What came in files stands behind everything that hubs say, and is this machine's own.
        if let number = try existingNumber(of: collection) {
            readers.append(try LayerReader(self, number: number, columns, isImported: true))
        }
        while let id = readers.compactMap(\.id).min() {
            for reader in readers {
                if let row = reader.winner(id) {
                    try body(row, reader.state)
                    break
                }
                if reader.isWithdrawn(id) { break }
            }
            for reader in readers { try reader.pass(id) }
        }
    }

    /// Whether the hub withdrew pattern `id`.
    func isWithdrawn(_ id: PatternID, from collection: CollectionName) throws -> Bool {
        guard let number = try existingNumber(of: collection) else { return false }
        let statement = try database.prepare("SELECT 1 FROM withdrawn WHERE collection = ?1 AND id = ?2")
        try statement.bind(number, at: 1)
        try statement.bind(id, at: 2)
        return try statement.step()
    }

    /// Remembers that the hub withdrew pattern `id`, so that no file brings it back; returns whether that may change what is
    /// shown.
    func rememberWithdrawn(_ id: PatternID, from collection: Int64) throws -> Bool {
        let statement = try database.prepare("INSERT OR IGNORE INTO withdrawn (collection, id) VALUES (?1, ?2)")
        try statement.bind(collection, at: 1)
        try statement.bind(id, at: 2)
        while try statement.step() {}
        return hasOtherHubs && database.changedRows > 0
    }

    /// Forgets that the hub withdrew pattern `id`, which it serves again.
    func forgetWithdrawn(_ id: PatternID, from collection: Int64) throws {
        let statement = try database.prepare("DELETE FROM withdrawn WHERE collection = ?1 AND id = ?2")
        try statement.bind(collection, at: 1)
        try statement.bind(id, at: 2)
        while try statement.step() {}
    }
}

/// What one state says of a collection's patterns, in the order of ids.
private final class LayerReader {
    let state: SpokeState
    private let winners: Statement
    private let withdrawn: Statement
    private var winnerID: PatternID?
    private var withdrawnID: PatternID?

    init(_ state: SpokeState, number: Int64, _ columns: String, isImported: Bool = false) throws {
        self.state = state
        winners = try state.database.prepare(
            "SELECT \(columns) FROM learned AS w WHERE collection = ?1 AND is_imported = ?2 ORDER BY id"
        )
        try winners.bind(number, at: 1)
        try winners.bind(isImported, at: 2)
        withdrawn = try state.database.prepare("SELECT id FROM withdrawn WHERE collection = ?1 ORDER BY id")
        try withdrawn.bind(number, at: 1)
        winnerID = try winners.step() ? winners.patternID(0) : nil
        withdrawnID = try withdrawn.step() ? withdrawn.patternID(0) : nil
    }

    /// The first pattern of which it says something and that was not passed.
    var id: PatternID? {
        guard let winnerID, let withdrawnID else { return winnerID ?? withdrawnID }
        return min(winnerID, withdrawnID)
    }

    func winner(_ id: PatternID) -> Statement? { winnerID == id ? winners : nil }

    func isWithdrawn(_ id: PatternID) -> Bool { withdrawnID == id }

    func pass(_ id: PatternID) throws {
        if winnerID == id { winnerID = try winners.step() ? winners.patternID(0) : nil }
        if withdrawnID == id { withdrawnID = try withdrawn.step() ? withdrawn.patternID(0) : nil }
    }
}
