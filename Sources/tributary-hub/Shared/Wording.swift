import Federation

extension Timestamp {
    /// The time to the second, as a table shows it and a command takes it.
    var short: String { description.prefix { $0 != "." } + "Z" }
}

/// A number with its noun.
func count(_ number: some BinaryInteger, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
}
