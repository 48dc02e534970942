internal import Digest
internal import Federation
internal import JSON

/// One winner as sinks write it: the same bytes on every machine, whatever hub it came from and when.
enum SinkLine {
    /// Appends the line with its newline.
    static func append(_ winner: HeldWinner, to output: inout [UInt8]) {
        output.append(contentsOf: #"{"id":"#.utf8)
        if case .unsignedInteger = winner.id.kind {
            output.append(contentsOf: winner.id.utf8)
        } else {
            winner.id.utf8.withUnsafeBytes { JSONText.appendString($0, to: &output) }
        }
        output.append(contentsOf: #","payload":"#.utf8)
        appendPayload(winner, to: &output)
        if let bytes = winner.vector {
            output.append(contentsOf: #","vector":"#.utf8)
            PatternVector(model: nil, bytes: bytes, digest: .none).json.append(to: &output)
            if let model = winner.vectorModel {
                output.append(contentsOf: #","vector_model":"#.utf8)
                JSONText.appendString(model, to: &output)
            }
        }
        output.append(contentsOf: "}\n".utf8)
    }

    /// The payload with a member more, which says where it comes from and is stripped before it is ever hashed.
    ///
    /// With `keepingID`, it also names the id, for a place that knows the pattern by another.
    static func appendPayload(_ winner: HeldWinner, keepingID: Bool = false, to output: inout [UInt8]) {
        output.append(contentsOf: winner.payload.dropLast())
        if winner.payload.count > 2 { output.append(UInt8(ascii: ",")) }
        output.append(contentsOf: #""federation":"#.utf8)
        JSONValue.object(provenance(of: winner, keepingID: keepingID)).append(to: &output)
        output.append(UInt8(ascii: "}"))
    }

    /// Where a winner comes from.
    static func provenance(of winner: HeldWinner, keepingID: Bool = false) -> [JSONValue.Member] {
        var provenance: [JSONValue.Member] = [
            .init("origin", .string(winner.origin)),
            .init("incarnation", .integer(winner.incarnation)),
            .init("revision", .integer(winner.revision)),
            .init("checksum", .string(winner.checksum)),
            .init("content", .string(winner.content)),
        ]
        if keepingID { provenance.append(.init("id", .string(winner.id.description))) }
        if !winner.parents.isEmpty { provenance.append(.init("parents", .array(winner.parents.map(\.json)))) }
        return provenance
    }
}
