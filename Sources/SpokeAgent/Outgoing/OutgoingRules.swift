/// What decides, beyond a collection's threshold, which of this node's patterns leave it and in what form.
package struct OutgoingRules: Sendable {
    package var sharing: SharingRules
    package var contentGuard: ContentGuard

    package init(sharing: SharingRules = SharingRules(), contentGuard: ContentGuard = ContentGuard()) {
        self.sharing = sharing
        self.contentGuard = contentGuard
    }

    /// The same key, the same decisions: part of what says that a scan need not be made again.
    var key: String { "\(sharing.key) \(contentGuard.key)" }
}
