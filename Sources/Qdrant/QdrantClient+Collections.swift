internal import JSON

extension QdrantClient {
    /// The names of all collections, sorted.
    package func collections() throws -> [String] {
        let result = try result(.get, "/collections")
        return (result["collections"]?.elements ?? []).compactMap { $0["name"]?.string }.sorted()
    }

    /// What there is to know of a collection; `nil` where there is none.
    package func collection(_ name: String) throws -> CollectionInfo? {
        do {
            let result = try result(.get, path(name))
            guard let info = CollectionInfo(result) else { throw notQdrant("a collection without parameters") }
            return info
        } catch let error as QdrantError where error.kind == .notFound {
            return nil
        }
    }

    /// Makes a collection whose points have `vectors`; where somebody else made it meanwhile, that is as good.
    package func createCollection(_ name: String, vectors: CollectionInfo.Vectors) throws {
        do {
            _ = try result(.put, path(name), ["vectors": vectors.json], deadline: QdrantLimits.large)
        } catch let error as QdrantError where error.kind == .refused(status: 409) {
            return
        }
    }

    /// Makes an index of type `type`, such as `float`, over a payload field.
    package func createIndex(on field: String, type: String, of collection: String) throws {
        _ = try result(
            .put,
            path(collection) + "/index?wait=true",
            ["field_name": .string(field), "field_schema": .string(type)],
            deadline: QdrantLimits.large
        )
    }

    /// The version of the server, where it names one.
    package func version() throws -> String? {
        var answer: [UInt8] = []
        try retrying {
            answer.removeAll()
            try send(.get, "/") { answer.append(contentsOf: $0) }
        }
        return (try? JSONDocument(parsing: answer))?.root["version"]?.string
    }

    /// The path of a collection, whose name may hold anything.
    func path(_ collection: String) -> String {
        var path = "/collections/"
        for byte in collection.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                path.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                path += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return path
    }
}
