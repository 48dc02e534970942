import ArgumentParser
import Federation
import Presentation

/// The pattern that a command is about.
struct PatternArguments: ParsableArguments {
    @Argument(help: "The collection.", transform: Given.collection)
    var collection: CollectionName

    @Argument(help: "The pattern's id.", transform: Given.id)
    var id: PatternID

    /// Collection and id as words of a command.
    var words: String { "\(collection) \(ShellWord.of(id.description))" }

    /// The pattern as it is named in a sentence.
    var name: String { "'\(id)' of \(collection)" }
}
