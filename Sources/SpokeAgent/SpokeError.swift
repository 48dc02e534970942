/// Why a spoke could not do what it was asked to.
///
/// Neither token nor content is part of it, so it may be logged.
package struct SpokeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// How the program ends because of it.
    package var status: ExitStatus
    /// What happened, to what, and what to do next.
    package var description: String

    package init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}
