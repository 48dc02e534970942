/// What is wrong with a file that the hub was set up with, for the person who wrote it.
struct ConfigurationFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
