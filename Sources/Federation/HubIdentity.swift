/// Which hub this is, and which of its histories.
package struct HubIdentity: Sendable, Equatable {
    /// A UUID that stays for ever.
    package var hub: String
    /// A UUID that changes when the hub's database is restored or replaced, so that cursors of the lost history are
    /// recognised.
    package var epoch: String

    package init(hub: String, epoch: String) {
        self.hub = hub
        self.epoch = epoch
    }
}
