import Digest
import Federation
package import HubStore
package import JSON

extension ConflictRecord {
    /// The distinct contents, numbered from 1, the best first.
    package var versions: [ConflictVersion] { ConflictVersion.distinct(among: candidates) }

    /// The contents side by side, whole and field by field.
    package var json: JSONValue {
        let versions = versions
        return [
            "collection": .string(collection.text),
            "id": .string(id.description),
            "state": .string(winner?.state.rawValue ?? "none"),
            "versions": .array(versions.map(\.json)),
            "serving": (winner?.candidate?.version.checksum.hex).map(JSONValue.string) ?? .null,
            "fields": .array(FieldComparison.of(versions.map(\.payload)).map(\.json)),
        ]
    }
}
