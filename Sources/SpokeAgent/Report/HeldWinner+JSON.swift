internal import Federation
package import JSON

extension HeldWinner {
    /// The winner with its provenance, as programs read it.
    package var json: JSONValue {
        .object([
            .init("id", .string(id.description)),
            .init("origin", .string(origin)),
            .init("incarnation", .integer(incarnation)),
            .init("revision", .integer(revision)),
            .init("checksum", .string(checksum)),
            .init("value", value.map { .number($0) } ?? .null),
            .init("updated_at", updatedAt.map { .string($0.description) } ?? .null),
            .init("parents", .array(parents.map(\.json))),
            .init("imported", .boolean(isImported)),
            .init("payload", .raw(payload)),
        ])
    }
}
