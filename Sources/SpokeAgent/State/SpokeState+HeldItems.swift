internal import Federation
internal import SQLite

/// Items of one collection that are held back for one reason.
package struct HeldItems: Sendable, Equatable {
    package var code: String
    package var count: Int64
    /// One of them, and what the hub said of it.
    package var exampleID: String
    package var exampleDetail: String
    /// Whether they are sent again in every round.
    package var isRetried: Bool
    /// Of what an operator retracted: the first of them one by one, as each has a reason of its own.
    package var listed: [HeldItem] = []

    package init(code: String, count: Int64, exampleID: String, exampleDetail: String, isRetried: Bool) {
        self.code = code
        self.count = count
        self.exampleID = exampleID
        self.exampleDetail = exampleDetail
        self.isRetried = isRetried
    }
}

/// One item that is held back, with the hub's words on why.
package struct HeldItem: Sendable, Equatable {
    package var id: String
    package var detail: String

    package init(id: String, detail: String) {
        self.id = id
        self.detail = detail
    }
}

extension SpokeState {
    /// What is held back in a collection, the most frequent reason first.
    func heldItems(in collection: Int64) throws -> [HeldItems] {
        let statement = try database.prepare(
            """
            SELECT code, count(*), min(id), detail, min(is_retryable) FROM offered
            WHERE collection = ?1 AND state = 2
            GROUP BY code ORDER BY 2 DESC, 1
            """
        )
        try statement.bind(collection, at: 1)
        var held: [HeldItems] = []
        while try statement.step() {
            held.append(
                HeldItems(
                    code: statement.string(0),
                    count: statement.int64(1),
                    exampleID: statement.string(2),
                    exampleDetail: statement.string(3),
                    isRetried: statement.bool(4)
                )
            )
        }
        for index in held.indices where held[index].code == RefusalCode.retracted.rawValue {
            held[index].listed = try listedItems(of: held[index].code, in: collection)
        }
        return held
    }

    /// The first of what is held back for one reason.
    private func listedItems(of code: String, in collection: Int64) throws -> [HeldItem] {
        let statement = try database.prepare(
            """
            SELECT id, detail FROM offered
            WHERE collection = ?1 AND state = 2 AND code = ?2
            ORDER BY id LIMIT ?3
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(code, at: 2)
        try statement.bind(Int64(SourceLimits.listedLines), at: 3)
        var items: [HeldItem] = []
        while try statement.step() { items.append(HeldItem(id: statement.string(0), detail: statement.string(1))) }
        return items
    }
}
