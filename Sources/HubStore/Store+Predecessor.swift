package import Federation
import Postgres

/// What is known of a predecessor's client, so that its next manifest moves it the right way.
package struct PredecessorClient: Sendable, Equatable {
    /// What the client's next round is for.
    package enum Turn: String, Sendable {
        /// It is made to push.
        case collect
        /// It is made to pull.
        case distribute
    }

    /// The kind of the second id its collection has, by which its client compares.
    package enum SecondID: String, Sendable {
        case none, integer, uuid
    }

    package var turn: Turn
    package var secondID: SecondID
    package var vectorDimension: Int32?

    package init(turn: Turn, secondID: SecondID, vectorDimension: Int32?) {
        self.turn = turn
        self.secondID = secondID
        self.vectorDimension = vectorDimension
    }
}

extension Store {
    /// What is known of `node` as a predecessor's client, by collection.
    package func predecessorClient(_ node: NodeName) async throws -> [CollectionName: PredecessorClient] {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                """
                SELECT collection, turn, second_id, vector_dimension FROM predecessor_clients
                WHERE node = \(node.text)
                """
            )
            var clients: [CollectionName: PredecessorClient] = [:]
            for row in result.rows {
                guard let collection = CollectionName(try row.string(0)),
                    let turn = PredecessorClient.Turn(rawValue: try row.string(1)),
                    let second = PredecessorClient.SecondID(rawValue: try row.string(2))
                else { throw StoreError.corrupt("a predecessor's client") }
                clients[collection] = PredecessorClient(
                    turn: turn,
                    secondID: second,
                    vectorDimension: try row.optionalInt32(3)
                )
            }
            return clients
        }
    }

    /// Notes what is now known of `node` as a predecessor's client.
    package func notePredecessorClient(
        _ clients: [CollectionName: PredecessorClient],
        of node: NodeName
    ) async throws {
        guard !clients.isEmpty else { return }
        try await pool.write { connection in
            for (collection, client) in clients.sorted(by: { $0.key < $1.key }) {
                _ = try connection.execute(
                    """
                    INSERT INTO predecessor_clients (node, collection, turn, second_id, vector_dimension)
                    VALUES (
                        \(node.text), \(collection.text), \(client.turn.rawValue), \(client.secondID.rawValue),
                        \(optional: client.vectorDimension)
                    )
                    ON CONFLICT (node, collection) DO UPDATE SET turn = excluded.turn,
                        second_id = excluded.second_id, vector_dimension = excluded.vector_dimension
                    """
                )
            }
        }
    }
}
