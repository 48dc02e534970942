package import JSON

/// A point to be written.
package struct NewPoint: Sendable {
    /// The id as JSON: digits, or a UUID in quotes.
    package var key: String
    /// The whole point as JSON.
    package var text: [UInt8]

    /// A point of these parts, all of them JSON; `vector` is the collection's unnamed one or the one called `name`, and a
    /// point of a collection without vectors has none.
    package init(key: String, vector: JSONValue?, named name: String?, payload: [UInt8]) {
        self.key = key
        let vectors: JSONValue
        switch (vector, name) {
        case (let vector?, let name?): vectors = .object([.init(name, vector)])
        case (let vector?, nil): vectors = vector
        case (nil, _): vectors = .object([])
        }
        text =
            JSONValue.object([
                .init("id", .raw(Array(key.utf8))), .init("vector", vectors), .init("payload", .raw(payload)),
            ]).bytes
    }
}

extension QdrantClient {
    /// Writes `points` over those with the same ids, and returns once they can be read.
    package func upsert(_ points: [NewPoint], into collection: String) throws {
        guard !points.isEmpty else { return }
        let body: JSONValue = ["points": .array(points.map { .raw($0.text) })]
        try change(path(collection) + "/points?wait=true", .put, body)
    }

    /// Deletes the points `keys`, which are ids as JSON.
    package func delete(_ keys: [String], from collection: String) throws {
        guard !keys.isEmpty else { return }
        let body: JSONValue = ["points": .array(keys.map { .raw(Array($0.utf8)) })]
        try change(path(collection) + "/points/delete?wait=true", .post, body)
    }

    private func change(_ target: String, _ method: QdrantRequest.Method, _ body: JSONValue) throws {
        let status = try result(method, target, body, deadline: QdrantLimits.large)["status"]?.string ?? "unknown"
        guard status == "completed" else {
            throw QdrantError(
                .busy,
                "the Qdrant at \(endpoint) took a change but had not made it when it answered"
                    + " (\(QdrantError.shown(status))); the next round looks again"
            )
        }
    }
}
