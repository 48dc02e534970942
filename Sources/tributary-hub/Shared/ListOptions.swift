import ArgumentParser
import Federation

/// What is listed, how much of it, and how it is printed.
struct ListOptions: ParsableArguments {
    @Option(help: "Only this collection.", transform: Given.collection)
    var collection: CollectionName?

    @Option(help: "The greatest number listed.", transform: Given.limit)
    var limit: Int64 = 50

    @Flag(help: "Print one JSON document.")
    var json = false

    /// What to say behind a list of `count` lines; `nil` where it is whole.
    func remark(on count: Int) -> String? {
        count == Int(limit) ? "there may be more; --limit shows them" : nil
    }
}
