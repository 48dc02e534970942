package import Digest
internal import JSON

/// One pattern as a snapshot holds it.
package struct SnapshotItem: Sendable, Equatable {
    package var identity: SnapshotIdentity
    /// Canonical JSON, without transport keys.
    package var payload: [UInt8]
    /// Little-endian binary32.
    package var vector: [UInt8]?
    /// Whom its sender had it from, where the payload says so in the predecessor's way.
    package var importedFrom: NodeName?

    package init(
        identity: SnapshotIdentity,
        payload: [UInt8],
        vector: [UInt8]?,
        importedFrom: NodeName? = nil
    ) {
        self.identity = identity
        self.payload = payload
        self.vector = vector
        self.importedFrom = importedFrom
    }

    package var id: PatternID { identity.id }

    /// Appends the item as the predecessor's export has it, with what it says of itself in `payload.federation`.
    ///
    /// `time` is when it is exported, `hasher` serves the digest.
    package func append(
        to output: inout [UInt8],
        in collection: CollectionName,
        time: String,
        hasher: SHA256
    ) -> SHA256Digest {
        let digest = identity.digest(in: collection, hasher: hasher)
        output.append(contentsOf: #"{"id":"#.utf8)
        QdrantID.json(id, in: collection).append(to: &output)
        if let vector {
            output.append(contentsOf: #","vector":"#.utf8)
            PatternVector(model: nil, bytes: vector, digest: .none).append(to: &output)
            if let model = identity.vectorModel {
                output.append(contentsOf: #","vector_model":"#.utf8)
                JSONText.appendString(model, to: &output)
            }
        }
        output.append(contentsOf: #","payload":"#.utf8)
        output.append(contentsOf: payload.dropLast())
        if payload.count > 2 { output.append(UInt8(ascii: ",")) }
        output.append(contentsOf: #""federation":"#.utf8)
        federation(digest).append(to: &output)
        output.append(contentsOf: #"},"source_node":"#.utf8)
        JSONText.appendString(identity.origin?.text ?? SnapshotItem.unknownOrigin, to: &output)
        output.append(contentsOf: #","export_timestamp":"#.utf8)
        JSONText.appendString(time, to: &output)
        output.append(UInt8(ascii: "}"))
        return digest
    }

    /// What the predecessor calls an origin that is not known.
    package static let unknownOrigin = "unknown"

    private func federation(_ digest: SHA256Digest) -> JSONValue {
        var members: [JSONValue.Member] = []
        if case .text = id.kind { members.append(.init("id", .string(id.description))) }
        if let origin = identity.origin { members.append(.init("origin", .string(origin.text))) }
        if let number = identity.number {
            members.append(.init("incarnation", .integer(Int64(number.incarnation))))
            members.append(.init("revision", .integer(number.revision)))
        }
        if !identity.parents.isEmpty { members.append(.init("parents", .array(identity.parents.map(\.json)))) }
        members.append(.init("checksum", .string(identity.checksum.hex)))
        if identity.vectorDigest != .none {
            members.append(.init("vector_digest", .string(identity.vectorDigest.hex)))
        }
        // Without the vector its model has no place beside it.
        if !identity.hasVector, let model = identity.vectorModel {
            members.append(.init("vector_model", .string(model)))
        }
        members.append(.init("digest", .string(digest.hex)))
        return .object(members)
    }
}
