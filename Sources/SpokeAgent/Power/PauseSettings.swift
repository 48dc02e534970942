/// When a running spoke leaves the network alone.
package struct PauseSettings: Sendable, Equatable {
    /// Whether it does while the connection is metered.
    package var isMeteredPaused: Bool
    /// The charge, in percent, below which it does while the machine runs on battery.
    package var batteryBelow: Int?
    /// A program that tells whether the connection is metered, in place of asking NetworkManager: it ends with 0 where it
    /// is, with 1 where it is not.
    package var meteredCommand: String?

    /// Never, unless told otherwise.
    package init(isMeteredPaused: Bool = false, batteryBelow: Int? = nil, meteredCommand: String? = nil) {
        self.isMeteredPaused = isMeteredPaused
        self.batteryBelow = batteryBelow
        self.meteredCommand = meteredCommand
    }

    /// Whether it ever does.
    package var isAny: Bool { isMeteredPaused || batteryBelow != nil }
}
