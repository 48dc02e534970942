package import Digest
package import JSON

extension Resolution {
    /// The statement as hubs pass it on to each other: ``json``, with the resolved content where its text is there.
    package var line: JSONValue {
        guard case .object(let members) = json, case .content(let content) = decision, !content.payload.isEmpty else {
            return json
        }
        return .object(members + [.init("payload", .raw(content.payload))])
    }

    /// Reads a statement about `collection` from ``line`` and checks a content against its checksum; throws a
    /// ``FeedLineError``.
    package init(_ root: JSONNode, collection: CollectionName, hasher: SHA256) throws(FeedLineError) {
        guard let subject = Subject(root) else {
            throw FeedLineError("a resolution is about a pattern ('id') or a content ('content')")
        }
        guard let origin = root["origin"]?.string.flatMap(NodeName.init), let revision = root["revision"]?.integer,
            // The greatest number is nobody's: nothing could be decided after it.
            (1..<Int64.max).contains(revision), let reason = root["reason"]?.string,
            let decidedBy = root["by"]?.string, let decidedAt = root["at"]?.string.flatMap({ Timestamp($0) }),
            let covers = root["covers"], covers.kind == .array
        else { throw FeedLineError("a resolution lacks origin, revision, covers, reason, by or at") }
        guard (1...Limits.reasonBytes).contains(reason.utf8.count),
            (1...Limits.decidedByBytes).contains(decidedBy.utf8.count)
        else { throw FeedLineError("the reason or the name of a resolution is too long or missing") }
        let elements = covers.elements
        let checksums = elements.compactMap { $0.digest }
        guard checksums.count == elements.count else { throw FeedLineError("a resolution covers what is no checksum") }
        self.init(
            subject: subject,
            origin: origin,
            revision: revision,
            decision: try Decision(root, about: subject, origin, revision, collection, hasher),
            covers: checksums,
            reason: reason,
            decidedBy: decidedBy,
            decidedAt: decidedAt,
            erases: root["erases"]?.boolean ?? false
        )
    }
}

extension Resolution.Subject {
    fileprivate init?(_ root: JSONNode) {
        switch (root["id"], root["content"]) {
        case (let node?, nil):
            guard let id = try? PatternID(node) else { return nil }
            self = .pattern(id)
        case (nil, let node?):
            guard let digest = node.digest else { return nil }
            self = .content(digest)
        default: return nil
        }
    }
}

extension Resolution.Decision {
    fileprivate init(
        _ root: JSONNode,
        about subject: Resolution.Subject,
        _ origin: NodeName,
        _ revision: Int64,
        _ collection: CollectionName,
        _ hasher: SHA256
    ) throws(FeedLineError) {
        switch root["decision"]?.string {
        case "retracted": self = .retracted
        case "lifted": self = .lifted
        case "content":
            guard case .pattern(let id) = subject else {
                throw FeedLineError("a content cannot be resolved by another content")
            }
            self = .content(try ResolvedContent(root, id, collection, hasher))
        default: throw FeedLineError("a resolution decides content, retracted or lifted")
        }
    }
}

extension ResolvedContent {
    fileprivate init(
        _ root: JSONNode,
        _ id: PatternID,
        _ collection: CollectionName,
        _ hasher: SHA256
    ) throws(FeedLineError) {
        guard let checksum = root["checksum"]?.digest,
            let value = root["value"]?.number, (0...1).contains(value),
            let updatedAt = root["updated_at"]?.string.flatMap({ Timestamp($0) })
        else { throw FeedLineError("the resolution of \(id) lacks the content's checksum, value or time") }
        var source: ContributionReference?
        if let node = root["source"] {
            guard let reference = ContributionReference(node) else {
                throw FeedLineError("the resolution of \(id) names a source that cannot be read")
            }
            source = reference
        }
        var payload: [UInt8] = []
        if let node = root["payload"], node.kind != .null {
            do throws(JSONError) {
                try CanonicalJSON.append(node, to: &payload, maximumDepth: Limits.payloadDepth)
            } catch { throw FeedLineError("the content of the resolution of \(id) cannot be read: \(error)") }
            guard node.kind == .object, payload.count <= Limits.itemBytes,
                PatternChecksum.content(collection: collection, id: id, payload: payload, hasher: hasher) == checksum
            else { throw FeedLineError("the content of the resolution of \(id) does not match its checksum") }
        }
        self.init(source: source, payload: payload, checksum: checksum, value: value, updatedAt: updatedAt)
    }
}
