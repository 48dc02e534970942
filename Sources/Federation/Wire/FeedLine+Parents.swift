package import JSON

extension FeedLine {
    /// One of the contributions that a merged winner was made of; its checksum is of what the origin said.
    package typealias Parent = ContributionReference
}

extension ContributionReference {
    /// Reads a list of parents, which names each origin once and in order, so that there is one way to write it; throws a
    /// ``FeedLineError``.
    package static func list(_ node: JSONNode) throws(FeedLineError) -> [ContributionReference] {
        guard node.kind == .array else { throw FeedLineError("parents are no array") }
        let elements = node.elements
        guard elements.count <= Limits.parents else {
            throw FeedLineError("there are \(elements.count) parents, more than \(Limits.parents)")
        }
        var parents: [ContributionReference] = []
        parents.reserveCapacity(elements.count)
        for element in elements {
            guard let parent = ContributionReference(element) else { throw FeedLineError("a parent cannot be read") }
            if let last = parents.last, last.origin >= parent.origin {
                throw FeedLineError("the parents are not in the order of their origins, each once")
            }
            parents.append(parent)
        }
        return parents
    }
}
