package import Digest
internal import JSON

/// One pushed item as a client sends it.
package enum PushLine {
    /// Appends the line that states content; without a revision the hub numbers it.
    package static func append(
        id: PatternID,
        revision: Int64?,
        checksum: SHA256Digest,
        payload: [UInt8],
        vector: PatternVector?,
        to output: inout [UInt8]
    ) {
        begin(id: id, revision: revision, to: &output)
        output.append(contentsOf: #","checksum":""#.utf8)
        checksum.appendHex(to: &output)
        output.append(UInt8(ascii: "\""))
        if let vector {
            output.append(contentsOf: #","vector":""#.utf8)
            output.append(contentsOf: Base64.encode(vector.bytes))
            output.append(UInt8(ascii: "\""))
            if let model = vector.model {
                output.append(contentsOf: #","vector_model":"#.utf8)
                JSONText.appendString(model, to: &output)
            }
        }
        output.append(contentsOf: #","payload":"#.utf8)
        output.append(contentsOf: payload)
        output.append(contentsOf: "}\n".utf8)
    }

    /// Appends the line that takes a pattern back.
    package static func appendRetraction(id: PatternID, revision: Int64?, to output: inout [UInt8]) {
        begin(id: id, revision: revision, to: &output)
        output.append(contentsOf: #","retracted":true}"#.utf8)
        output.append(UInt8(ascii: "\n"))
    }

    private static func begin(id: PatternID, revision: Int64?, to output: inout [UInt8]) {
        output.append(contentsOf: #"{"id":"#.utf8)
        id.utf8.withUnsafeBytes { JSONText.appendString($0, to: &output) }
        guard let revision else { return }
        output.append(contentsOf: #","revision":"#.utf8)
        JSONText.appendInteger(revision, to: &output)
    }
}
