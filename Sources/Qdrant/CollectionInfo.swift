internal import JSON

/// What Qdrant says of one of its collections.
package struct CollectionInfo: Sendable, Equatable {
    /// One kind of vector that points of the collection have.
    package struct Vectors: Sendable, Equatable {
        /// `nil` of the unnamed one.
        package var name: String?
        /// How many numbers each has.
        package var size: Int
        /// As Qdrant spells it, such as `Cosine`.
        package var distance: String
        /// Whether a point has several of them under the one name.
        package var isMultiple: Bool

        package init(name: String?, size: Int, distance: String, isMultiple: Bool = false) {
            self.name = name
            self.size = size
            self.distance = distance
            self.isMultiple = isMultiple
        }
    }

    /// The unnamed kind of vector alone, or the named ones by name.
    package var vectors: [Vectors]
    /// Payload fields that have an index, with its type.
    package var indexes: [String: String]
    /// About how many points there are.
    package var points: Int64

    package init(vectors: [Vectors], indexes: [String: String] = [:], points: Int64 = 0) {
        self.vectors = vectors
        self.indexes = indexes
        self.points = points
    }

    /// Reads the `result` of a question about a collection; `nil` where it is none.
    init?(_ result: JSONNode) {
        guard let parameters = result["config"]?["params"] else { return nil }
        vectors = []
        if let declared = parameters["vectors"], declared.kind == .object {
            if let unnamed = Vectors(declared, name: nil) {
                vectors = [unnamed]
            } else {
                vectors = declared.members.compactMap { Vectors($0.value, name: $0.name) }
                vectors.sort { ($0.name ?? "") < ($1.name ?? "") }
            }
        }
        indexes = [:]
        for (field, schema) in result["payload_schema"]?.members ?? [] { indexes[field] = schema["data_type"]?.string }
        points = result["points_count"]?.integer ?? 0
    }
}

extension CollectionInfo.Vectors {
    fileprivate init?(_ node: JSONNode, name: String?) {
        guard let size = node["size"]?.integer, size > 0, size <= Int64(Int32.max) else { return nil }
        self.init(
            name: name,
            size: Int(size),
            distance: node["distance"]?.string ?? "",
            isMultiple: node["multivector_config"].map { $0.kind != .null } ?? false
        )
    }

    /// What makes a collection with such vectors.
    var json: JSONValue {
        let parameters: JSONValue = ["size": .integer(Int64(size)), "distance": .string(distance)]
        return name.map { .object([.init($0, parameters)]) } ?? parameters
    }
}
