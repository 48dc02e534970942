import ArgumentParser
import SpokeAgent

/// What this machine's Qdrant needs to be told and asked.
struct QdrantOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The file that holds the API key of Qdrant and nothing else.", valueName: "file"))
    var qdrantApiKeyFile: String?

    @Option(help: ArgumentHelp("The vector that is shared, where points have several.", valueName: "name"))
    var qdrantVector: String?

    @Option(help: ArgumentHelp("The model that made the vectors in Qdrant.", valueName: "name"))
    var qdrantModel: String?

    var settings: QdrantSettings {
        QdrantSettings(apiKeyFile: qdrantApiKeyFile, vector: qdrantVector, model: qdrantModel)
    }
}
