import Presentation

/// Why a command could not do what it was told, for the person who gave it.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }

    /// `error`, about a name that is not known, with the one of `others` that may have been meant.
    init(_ error: any Error, meaning name: String, among others: [String]) {
        description = "\(error)"
        guard let other = Suggestion.nearest(to: name, among: others) else { return }
        description += "; did you mean '\(other)'?"
    }
}
