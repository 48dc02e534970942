package import JSON

/// What a hub asks of another when it knows which contributions it lacks.
package struct SelectionRequest: Sendable, Equatable {
    package var keys: [ContributionKey]

    package init(keys: [ContributionKey]) {
        self.keys = keys
    }
}

extension SelectionRequest {
    package static let members: [StaticString] = ["keys"]

    package var json: JSONValue {
        ["keys": .array(keys.map(\.json))]
    }

    /// Reads a request; throws a ``FeedLineError`` that says what is wrong with it.
    package init(_ root: JSONNode) throws(FeedLineError) {
        guard let node = root["keys"], node.kind == .array else {
            throw FeedLineError("'keys' is missing: an array of {\"id\":...,\"origin\":...}")
        }
        let elements = node.elements
        guard (1...Limits.selectionKeys).contains(elements.count) else {
            throw FeedLineError("there are \(elements.count) keys, and 1 to \(Limits.selectionKeys) can be asked for")
        }
        let keys = elements.compactMap { ContributionKey($0) }
        guard keys.count == elements.count else { throw FeedLineError("a key is an object with 'id' and 'origin'") }
        self.init(keys: keys)
    }
}
