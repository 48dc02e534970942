import Digest
import Federation
package import HubStore
package import JSON

extension OpenConflict {
    /// The conflict as a line of a list.
    package var json: JSONValue {
        [
            "collection": .string(collection.text),
            "id": .string(id.description),
            "contents": .integer(contents),
            "contributors": .integer(Int64(contributors)),
            "serving": serving.map {
                ["origin": .string($0.origin.text), "checksum": .string($0.checksum.hex)]
            } ?? .null,
            "since": .string(since.description),
        ]
    }
}
