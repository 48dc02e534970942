package import Federation

/// What a line of the winners feed changed in what a node holds.
package enum WinnerChange: Sendable, Equatable {
    /// There is a new winner, or a new version of one, of this origin.
    case learned(NodeName)
    /// A winner held is one no more.
    case withdrawn
    /// The same content is said to have come about in another way: other parents, value or time.
    case attributed
    /// It was held already, or never.
    case none
}
