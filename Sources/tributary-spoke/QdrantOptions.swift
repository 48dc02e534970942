import ArgumentParser
import JSON
import SpokeAgent

/// What this machine's Qdrant needs to be told and asked.
struct QdrantOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The file that holds the API key of Qdrant and nothing else.", valueName: "file"))
    var qdrantApiKeyFile: String?

    @Option(help: ArgumentHelp("The vector that is shared, where points have several.", valueName: "name"))
    var qdrantVector: String?

    @Option(help: ArgumentHelp("The model that made the vectors in Qdrant.", valueName: "name"))
    var qdrantModel: String?

    /// What is given of these.
    var given: [Setting: JSONValue] {
        var given: [Setting: JSONValue] = [:]
        given[.qdrantApiKeyFile] = qdrantApiKeyFile.map { .string($0) }
        given[.qdrantVector] = qdrantVector.map { .string($0) }
        given[.qdrantModel] = qdrantModel.map { .string($0) }
        return given
    }
}
