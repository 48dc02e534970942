package import Digest
package import JSON

extension Resolution {
    /// The statement as others see it; its content by checksum alone, because the text may be erased.
    package var json: JSONValue {
        var members: [JSONValue.Member] = []
        switch subject {
        case .pattern(let id): members.append(.init("id", .string(id.description)))
        case .content(let digest): members.append(.init("content", .string(digest.hex)))
        }
        members += [
            .init("origin", .string(origin.text)),
            .init("revision", .integer(revision)),
            .init("decision", .string(decision.name)),
            .init("covers", .array(covers.map { .string($0.hex) })),
            .init("reason", .string(reason)),
            .init("by", .string(decidedBy)),
            .init("at", .string(decidedAt.description)),
            .init("erases", .boolean(erases)),
        ]
        if case .content(let content) = decision {
            members.append(.init("checksum", .string(content.checksum.hex)))
            members.append(.init("value", .number(content.value)))
            members.append(.init("updated_at", .string(content.updatedAt.description)))
            if let source = content.source { members.append(.init("source", source.json)) }
        }
        return .object(members)
    }

    /// The statement's item digest: SHA-256 over `s1`, 0, the collection, 0 and ``json`` as written.
    package func itemDigest(in collection: CollectionName, hasher: SHA256) -> SHA256Digest {
        var text = Array("s1".utf8)
        text.append(0)
        text.append(contentsOf: collection.text.utf8)
        text.append(0)
        json.append(to: &text)
        hasher.update(text)
        return hasher.finish()
    }
}

extension Resolution.Decision {
    /// As it is written down.
    package var name: String {
        switch self {
        case .content: "content"
        case .retracted: "retracted"
        case .lifted: "lifted"
        }
    }
}
