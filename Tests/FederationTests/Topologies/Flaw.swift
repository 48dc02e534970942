/// A mistake that hubs make on purpose, so that it can be seen that the checker notices it.
enum Flaw: CaseIterable {
    /// What other hubs passed on is not passed on further.
    case passesOnItsOwnAlone
    /// Position and answer are not one: it moves although nobody knows whether anything arrived.
    case movesWithoutAnswer
    /// After one of both was restored they go on where they were.
    case ignoresEpochs
    /// A hub is taken for the one that had its name before it, and is not given what that one passed on.
    case trustsNames
    /// Ranges with as many contributions are taken to be equal.
    case comparesCounts
    /// Of two contents under one number the one that came first stands.
    case keepsTheFirst
    /// All hubs have the same name in paths.
    case sharesNames
    /// What operators decided stays where it was decided.
    case keepsResolutions
}
