/// Whether the connection that this machine uses is paid for by what passes.
struct MeteredConnection {
    enum State {
        case metered, unmetered, unknown
    }

    /// Where Linux tells of its routes.
    static let systemRoutes = "/proc/net/route"

    /// Tells it in place of NetworkManager.
    let command: String?
    /// The kernel's table of routes.
    let routes: String

    /// How it is now; asks another program, for at most ``deadline``.
    func state() -> State {
        if let command {
            switch ChildProgram.run(command, [], deadline: MeteredConnection.deadline)?.status {
            case 0: return .metered
            case 1: return .unmetered
            default: return .unknown
            }
        }
        guard let interface = interface() else { return .unknown }
        let answer = ChildProgram.run(
            "nmcli",
            ["-t", "-f", "GENERAL.METERED", "device", "show", interface],
            deadline: MeteredConnection.deadline
        )
        guard let answer, answer.status == 0 else { return .unknown }
        // As in `GENERAL.METERED:yes (guessed)`.
        let value = answer.output.split(separator: ":").last ?? ""
        if value.hasPrefix("yes") { return .metered }
        return value.hasPrefix("no") ? .unmetered : .unknown
    }

    /// The longest time that another program may take to tell it.
    private static let deadline = Duration.seconds(2)

    /// The interface through which what is elsewhere is reached.
    private func interface() -> String? {
        let lines = SmallFile.text(routes)?.split(separator: "\n").dropFirst() ?? []
        for line in lines {
            let cells = line.split { $0 == "\t" || $0 == " " }
            if cells.count > 1, cells[1] == "00000000" { return String(cells[0]) }
        }
        return nil
    }
}
