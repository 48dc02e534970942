/// A served content that is no contribution's own: merged from several, or resolved by an operator.
package struct Composition: Sendable, Equatable {
    /// Canonical JSON; its checksum is that of what is served.
    package var payload: [UInt8]
    /// What it was merged from; none where an operator resolved it.
    package var parents: ParentList

    package init(payload: [UInt8], parents: ParentList) {
        self.payload = payload
        self.parents = parents
    }
}
