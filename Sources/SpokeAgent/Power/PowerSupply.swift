/// The batteries of this machine, as the kernel tells of them.
struct PowerSupply {
    /// What the batteries have left.
    struct Charge: Equatable {
        /// Of all batteries together, from 0 to 100.
        var percent: Int
        /// Whether the machine lives on them.
        var isDischarging: Bool
    }

    /// Where Linux tells of supplies of power.
    static let systemFolder = "/sys/class/power_supply"

    /// A folder for each supply of power, with a file for each fact.
    let folder: String

    /// The charge of the batteries that run this machine; `nil` where there is none.
    func charge() -> Charge? {
        var percents: [Int] = []
        var isDischarging = false
        var hasPower = false
        for name in Folder.names(in: folder) {
            let facts = { fact(of: name, $0) }
            switch facts("type") {
            // A mouse has one too.
            case "Battery" where facts("scope") != "Device":
                guard let percent = facts("capacity").flatMap({ Int($0) }) else { continue }
                percents.append(min(max(percent, 0), 100))
                isDischarging = isDischarging || facts("status") == "Discharging"
            case "Mains", "USB":
                hasPower = hasPower || facts("online") == "1"
            default: continue
            }
        }
        guard !percents.isEmpty else { return nil }
        return Charge(
            percent: percents.reduce(0, +) / percents.count,
            isDischarging: isDischarging && !hasPower
        )
    }

    private func fact(of name: String, _ fact: String) -> String? {
        SmallFile.text("\(folder)/\(name)/\(fact)")?.split(separator: "\n").first.map(String.init)
    }
}
