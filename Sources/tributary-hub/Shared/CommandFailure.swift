import Presentation

/// Why a command could not do what it was told, for the person who gave it.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }

    /// `description`, about a name that is not known, with the one of `others` that may have been meant.
    init(_ description: String, meaning name: String, among others: [String]) {
        let guess = Suggestion.nearest(to: name, among: others).map { "; did you mean '\($0)'?" } ?? ""
        self.description = description + guess
    }
}
