package import JSON

/// What of points is asked for.
package struct PointSelection: Sendable {
    /// Which members of the payload.
    package enum Payload: Sendable, Equatable {
        case none, all
        /// These top-level members alone.
        case only([String])
    }

    /// Which vectors.
    package enum Vector: Sendable, Equatable {
        case none
        case unnamed
        case named(String)
    }

    package var payload: Payload
    package var vector: Vector
    /// How many numbers a vector has, as far as it matters for how many points are asked for at once.
    package var dimension: Int
    /// A filter, as Qdrant reads it.
    package var filter: JSONValue?

    package init(_ payload: Payload, vector: Vector = .none, dimension: Int = 0, filter: JSONValue? = nil) {
        self.payload = payload
        self.vector = vector
        self.dimension = dimension
        self.filter = filter
    }

    /// Points that are asked for at once.
    package var pagePoints: Int {
        vector == .none ? QdrantLimits.pagePoints : QdrantLimits.pagePoints(dimension: dimension)
    }

    /// The members of a request that say what of points is wanted.
    var members: [JSONValue.Member] {
        let payload: JSONValue =
            switch payload {
            case .none: false
            case .all: true
            case .only(let names): .array(names.map { .string($0) })
            }
        let vector: JSONValue =
            switch vector {
            case .none: false
            case .unnamed: true
            case .named(let name): .array([.string(name)])
            }
        return [.init("with_payload", payload), .init("with_vector", vector)]
    }
}
