import ArgumentParser
import JSON
import SpokeAgent

/// What is wrong, and what to do about it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks at everything a spoke needs, and says what is wrong and how to mend it.",
        discussion: """
            EXAMPLE
              tributary-spoke doctor

            It looks at the settings, the hub and its clock, the token, the state, the
            sources, the sinks, the disks and the service, and changes nothing. It ends
            with 1 where there is a problem, and with 0 where there are warnings at most.
            """
    )

    @OptionGroup var options: SettingOptions

    func run() throws {
        let loaded: Result<SpokeConfiguration, SpokeError>
        do throws(SpokeError) { loaded = .success(try options.load(warns: false)) } catch { loaded = .failure(error) }
        let diagnosis = Doctor(.present, now: SystemClock.now).examine(loaded)
        Console(isQuiet: false).result(options.json ? diagnosis.json.text : diagnosis.text)
        guard diagnosis.status == .ok else { throw ExitCode(diagnosis.status.rawValue) }
    }
}
