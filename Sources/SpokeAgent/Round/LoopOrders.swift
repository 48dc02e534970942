package import Federation

/// How a loop stands between two things it does.
package struct LoopStanding: Sendable, Equatable {
    /// When the next round is due; news of the hub are followed before.
    package var dueAt: Timestamp
    /// The address of the hub in use.
    package var hub: String
    /// Why nothing is sent now, where nothing is.
    package var pause: String?
}

/// What comes to a loop from outside, and where it tells how it is.
package struct LoopOrders {
    /// Takes one line for each thing worth saying.
    package var log: (String) -> Void
    /// Takes one line on how it is, whenever that changes.
    package var status: (String) -> Void
    /// Is told how it stands, whenever that changes.
    package var standing: (LoopStanding) -> Void
    /// Whether it is to end.
    package var wantsStop: () -> Bool
    /// Whether it is to end so that another one can begin with other settings; asked once, it is done with.
    package var takeReload: () -> Bool
    /// Why nothing is to be sent now, where nothing is.
    package var pauseReason: () -> String?
    /// Whether the first round is made whatever speaks against sending, because somebody asked for it.
    package var isRoundAskedFor: Bool

    /// Orders to go on until the environment says so.
    package init(
        log: @escaping (String) -> Void,
        status: @escaping (String) -> Void = { _ in },
        standing: @escaping (LoopStanding) -> Void = { _ in },
        wantsStop: @escaping () -> Bool = { false },
        takeReload: @escaping () -> Bool = { false },
        pauseReason: @escaping () -> String? = { nil },
        isRoundAskedFor: Bool = false
    ) {
        self.log = log
        self.status = status
        self.standing = standing
        self.wantsStop = wantsStop
        self.takeReload = takeReload
        self.pauseReason = pauseReason
        self.isRoundAskedFor = isRoundAskedFor
    }
}
