internal import Digest
internal import JSON

/// One line of the winners or the contributions feed.
package struct FeedLine: Sendable, Equatable {
    /// Where the line's content comes from.
    package struct Provenance: Sendable, Equatable {
        package var origin: NodeName
        package var version: ContributionVersion
        /// The hubs the contribution passed through on its way to this one.
        package var path: [NodeName]
        /// Of a merged winner: what it was made of, by origin; otherwise empty.
        package var parents: [Parent]
        /// When this hub received it.
        package var receivedAt: Timestamp?

        package init(
            origin: NodeName,
            version: ContributionVersion,
            path: [NodeName],
            parents: [Parent] = [],
            receivedAt: Timestamp?
        ) {
            self.origin = origin
            self.version = version
            self.path = path
            self.parents = parents
            self.receivedAt = receivedAt
        }
    }

    /// What the line says of a vector.
    package struct VectorFacts: Sendable, Equatable {
        package var model: String?
        package var dimension: Int
        /// Little-endian binary32, where vectors were asked for.
        package var bytes: [UInt8]?

        package init(model: String?, dimension: Int, bytes: [UInt8]?) {
            self.model = model
            self.dimension = dimension
            self.bytes = bytes
        }
    }

    package var id: PatternID
    package var state: Winner.State
    /// Absent where a winner was retracted.
    package var provenance: Provenance?
    package var value: Double?
    package var updatedAt: Timestamp?
    /// Canonical JSON, where content was asked for and there is any.
    package var payload: [UInt8]?
    package var vector: VectorFacts?
    /// Of a contribution, where that was asked for: which retraction of an operator keeps it from being served, with when,
    /// who and why.
    package var withheld: String?
    /// Of a contribution, where that was asked for: whether the hub has it without its text, as an operator had that
    /// erased.
    package var isErased = false

    package init(
        id: PatternID,
        state: Winner.State,
        provenance: Provenance?,
        value: Double?,
        updatedAt: Timestamp?,
        payload: [UInt8]?,
        vector: VectorFacts?
    ) {
        self.id = id
        self.state = state
        self.provenance = provenance
        self.value = value
        self.updatedAt = updatedAt
        self.payload = payload
        self.vector = vector
    }

    /// Appends the line with its newline.
    package func append(to output: inout [UInt8]) {
        output.append(contentsOf: #"{"id":"#.utf8)
        id.utf8.withUnsafeBytes { JSONText.appendString($0, to: &output) }
        member("state", to: &output)
        JSONText.appendString(state.rawValue, to: &output)
        if let provenance { append(provenance, to: &output) }
        if let value {
            member("value", to: &output)
            JSONText.appendNumber(value, to: &output)
        }
        if let updatedAt {
            member("updated_at", updatedAt, to: &output)
        }
        if let vector { append(vector, to: &output) }
        if let payload {
            member("payload", to: &output)
            output.append(contentsOf: payload)
        }
        if let withheld {
            member("withheld", to: &output)
            JSONText.appendString(withheld, to: &output)
        }
        if isErased {
            member("erased", to: &output)
            output.append(contentsOf: "true".utf8)
        }
        output.append(contentsOf: "}\n".utf8)
    }

    private func member(_ name: StaticString, to output: inout [UInt8]) {
        output.append(UInt8(ascii: ","))
        output.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { output.append(contentsOf: $0) }
        output.append(UInt8(ascii: "\""))
        output.append(UInt8(ascii: ":"))
    }

    private func member(_ name: StaticString, _ time: Timestamp, to output: inout [UInt8]) {
        member(name, to: &output)
        output.append(UInt8(ascii: "\""))
        time.append(to: &output)
        output.append(UInt8(ascii: "\""))
    }

    private func append(_ provenance: Provenance, to output: inout [UInt8]) {
        member("origin", to: &output)
        JSONText.appendString(provenance.origin.text, to: &output)
        member("incarnation", to: &output)
        JSONText.appendInteger(Int64(provenance.version.incarnation), to: &output)
        member("revision", to: &output)
        JSONText.appendInteger(provenance.version.revision, to: &output)
        member("checksum", to: &output)
        output.append(UInt8(ascii: "\""))
        provenance.version.checksum.appendHex(to: &output)
        output.append(UInt8(ascii: "\""))
        if provenance.version.vectorDigest != .none {
            member("vector_digest", to: &output)
            output.append(UInt8(ascii: "\""))
            provenance.version.vectorDigest.appendHex(to: &output)
            output.append(UInt8(ascii: "\""))
        }
        member("path", to: &output)
        output.append(UInt8(ascii: "["))
        for (index, name) in provenance.path.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            JSONText.appendString(name.text, to: &output)
        }
        output.append(UInt8(ascii: "]"))
        if !provenance.parents.isEmpty {
            member("parents", to: &output)
            JSONValue.array(provenance.parents.map(\.json)).append(to: &output)
        }
        if let receivedAt = provenance.receivedAt {
            member("received_at", receivedAt, to: &output)
        }
    }

    private func append(_ vector: VectorFacts, to output: inout [UInt8]) {
        if let model = vector.model {
            member("vector_model", to: &output)
            JSONText.appendString(model, to: &output)
        }
        member("vector_dimension", to: &output)
        JSONText.appendInteger(Int64(vector.dimension), to: &output)
        if let bytes = vector.bytes {
            member("vector", to: &output)
            output.append(UInt8(ascii: "\""))
            output.append(contentsOf: Base64.encode(bytes))
            output.append(UInt8(ascii: "\""))
        }
    }
}
