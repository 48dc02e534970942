import Glibc
import SpokeAgent
import Testing

@Suite("Reasons to send nothing")
struct PauseTests {
    let folder = TemporaryFolder()

    private func supply(_ name: String, _ facts: [String: String]) {
        for (fact, value) in facts { folder.write("power/\(name)/\(fact)", value + "\n") }
    }

    private func battery(_ percent: Int, _ status: String, scope: String? = nil, name: String = "BAT0") {
        supply(name, ["type": "Battery", "capacity": "\(percent)", "status": status])
        if let scope { supply(name, ["scope": scope]) }
    }

    private func program(_ text: String) -> String {
        folder.write("ask", "#!/bin/sh\n\(text)\n")
        chmod(folder("ask"), 0o755)
        return folder("ask")
    }

    private func conditions(_ settings: PauseSettings) -> PauseConditions {
        PauseConditions(settings, powerFolder: folder("power"), routes: folder("routes"))
    }

    private var below20: PauseConditions { conditions(PauseSettings(batteryBelow: 20)) }

    @Test("A battery that is low while nothing charges it is one; the reason tells how low and what is awaited")
    func low() {
        battery(12, "Discharging")
        supply("AC", ["type": "Mains", "online": "0"])
        let reason = below20.reason()
        #expect(reason?.contains("12 %") == true && reason?.contains("20 %") == true)
        #expect(below20.finding() == nil)
    }

    @Test(
        "Power, enough charge, a mouse's battery and no battery are none",
        arguments: ["power", "charging", "charged", "mouse", "none"]
    )
    func fine(_ what: String) {
        switch what {
        case "power":
            battery(5, "Discharging")
            supply("AC", ["type": "Mains", "online": "1"])
        case "charging": battery(5, "Charging")
        case "charged": battery(20, "Discharging")
        case "mouse": battery(3, "Discharging", scope: "Device", name: "hidpp_battery_0")
        default: break
        }
        #expect(below20.reason() == nil)
        #expect((below20.finding() != nil) == (what == "mouse" || what == "none"))
    }

    @Test("Two batteries count together")
    func two() {
        battery(2, "Discharging")
        battery(90, "Unknown", name: "BAT1")
        #expect(below20.reason() == nil)
        battery(10, "Unknown", name: "BAT1")
        #expect(below20.reason()?.contains("6 %") == true)
    }

    @Test("A program can tell that the connection is metered, or not; one that fails or hangs tells nothing")
    func program() {
        func ask(_ text: String) -> PauseConditions {
            conditions(PauseSettings(isMeteredPaused: true, meteredCommand: program(text)))
        }
        #expect(ask("exit 0").reason()?.contains("metered") == true)
        #expect(ask("exit 1").reason() == nil)
        #expect(ask("exit 1").finding() == nil)
        #expect(ask("exit 7").reason() == nil)
        #expect(ask("exit 7").finding()?.fix.contains("meteredCommand") == true)
        let began = SystemClock.elapsed()
        #expect(ask("exec sleep 60").reason() == nil)
        #expect(SystemClock.elapsed() - began < .seconds(10))
        let missing = conditions(PauseSettings(isMeteredPaused: true, meteredCommand: folder("nothing")))
        #expect(missing.reason() == nil && missing.finding() != nil)
    }

    @Test("Where nothing is asked for, nothing is looked at")
    func nothing() {
        battery(1, "Discharging")
        #expect(conditions(PauseSettings()).reason() == nil)
        #expect(conditions(PauseSettings()).finding() == nil)
        #expect(!PauseSettings().isAny)
    }
}
