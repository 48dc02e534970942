import ArgumentParser
import HubStore

/// Who decides, and why: what others are told.
struct RulingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Why; everybody whom it concerns is told.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("Who decides (default: your login name).", valueName: "name"))
    var by: String?

    func ruling() throws -> Ruling {
        do {
            return try Ruling(reason: reason, decidedBy: by ?? LoginName.current)
        } catch StoreError.invalid(let detail) {
            throw ValidationError(detail)
        }
    }
}
