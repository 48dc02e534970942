import Glibc

/// Looks whether the machine is in a state in which its owner does not want anything to be sent.
package struct PauseConditions {
    package let settings: PauseSettings
    private let batteries: PowerSupply
    private let metered: MeteredConnection

    /// The conditions of this machine under `settings`; the folders are those in which the system tells of itself.
    package init(
        _ settings: PauseSettings,
        powerFolder: String? = nil,
        routes: String? = nil
    ) {
        self.settings = settings
        batteries = PowerSupply(folder: powerFolder ?? PowerSupply.systemFolder)
        metered = MeteredConnection(
            command: settings.meteredCommand,
            routes: routes ?? MeteredConnection.systemRoutes
        )
    }

    /// Why nothing is to be sent now, and until when; `nil` where it may be.
    ///
    /// What cannot be found out keeps nobody from sending.
    package func reason() -> String? {
        if let least = settings.batteryBelow, let charge = batteries.charge(), charge.isDischarging,
            charge.percent < least
        {
            return "the battery has \(charge.percent) %, less than \(least) %; it goes on once there is power or more"
                + " charge"
        }
        if settings.isMeteredPaused, metered.state() == .metered {
            return "the connection is metered; it goes on once it is not"
        }
        return nil
    }

    /// What is asked for and cannot be found out on this machine, and what to do about it; `nil` where all can.
    package func finding() -> (found: String, fix: String)? {
        if settings.isMeteredPaused, let command = settings.meteredCommand, access(command, X_OK) != 0 {
            return (
                "whether the connection is metered cannot be found out, as pause.meteredCommand, \(command), cannot be run"
                    + " (\(SystemError.text())); so it is taken for one that is not",
                "correct its path or permissions, or take it out where NetworkManager's nmcli is installed"
            )
        }
        if settings.isMeteredPaused, metered.state() == .unknown {
            return (
                "whether the connection is metered cannot be found out, so it is taken for one that is not",
                "install NetworkManager's nmcli, or name a program that tells it as pause.meteredCommand"
            )
        }
        if settings.batteryBelow != nil, batteries.charge() == nil {
            return (
                "this machine has no battery that can be seen, so pause.batteryBelow changes nothing",
                "take pause.batteryBelow out of the settings"
            )
        }
        return nil
    }
}
