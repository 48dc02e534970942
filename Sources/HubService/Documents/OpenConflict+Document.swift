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
            "serving": serving.map(json) ?? .null,
            "since": .string(since.description),
        ]
    }

    private func json(_ reference: ContributionReference) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("origin", .string(reference.origin.text)),
            .init("checksum", .string(reference.checksum.hex)),
        ]
        if let writtenBy { members.append(.init("written_by", .string(writtenBy))) }
        return .object(members)
    }
}
