package import Digest
package import JSON

extension FeedLine {
    /// One of the contributions that a merged winner was made of.
    package struct Parent: Sendable, Equatable {
        package var origin: NodeName
        package var incarnation: Int32
        package var revision: Int64
        /// Of what the origin said, not of the merged content.
        package var checksum: SHA256Digest

        package init(origin: NodeName, incarnation: Int32, revision: Int64, checksum: SHA256Digest) {
            self.origin = origin
            self.incarnation = incarnation
            self.revision = revision
            self.checksum = checksum
        }
    }
}

extension FeedLine.Parent {
    package var json: JSONValue {
        [
            "origin": .string(origin.text), "incarnation": .integer(Int64(incarnation)),
            "revision": .integer(revision), "checksum": .string(checksum.hex),
        ]
    }

    /// Reads a list of parents, which names each origin once and in order, so that there is one way to write it; throws a
    /// ``FeedLineError``.
    package static func list(_ node: JSONNode) throws(FeedLineError) -> [FeedLine.Parent] {
        guard node.kind == .array else { throw FeedLineError("parents are no array") }
        let elements = node.elements
        guard elements.count <= Limits.parents else {
            throw FeedLineError("there are \(elements.count) parents, more than \(Limits.parents)")
        }
        var parents: [FeedLine.Parent] = []
        parents.reserveCapacity(elements.count)
        for element in elements {
            guard let parent = FeedLine.Parent(element) else { throw FeedLineError("a parent cannot be read") }
            if let last = parents.last, last.origin >= parent.origin {
                throw FeedLineError("the parents are not in the order of their origins, each once")
            }
            parents.append(parent)
        }
        return parents
    }

    private init?(_ node: JSONNode) {
        guard let origin = node["origin"]?.string.flatMap(NodeName.init), let revision = node["revision"]?.integer,
            (1..<Int64.max).contains(revision),
            let incarnation = node["incarnation"]?.integer.flatMap({ Int32(exactly: $0) }),
            let checksum = node["checksum"]?.string.flatMap(SHA256Digest.init(hex:))
        else { return nil }
        self.init(origin: origin, incarnation: incarnation, revision: revision, checksum: checksum)
    }
}
