package import Federation

/// What a recomputation of one collection found.
package struct Verification: Sendable {
    /// What was compared.
    package enum Subject: String, Sendable {
        /// A payload with its checksum.
        case payload
        /// A vector with its digest.
        case vector
        /// A contribution's value or time with what its payload says.
        case value
        /// Whether a contribution is withheld with the contents that operators retracted.
        case withholding
        /// A winner with what contributions, resolutions and the policy decide.
        case winner
        /// A feed's count and digest with its rows.
        case digest
        /// The numbers of a feed's changes with each other and with its head.
        case numbers
        /// The greatest value of all versions with the present one.
        case peak
        /// The hubs that a contribution passed through with what names and how many there can be.
        case path
        /// A payload or vector of an earlier version with its checksum or digest.
        case history
    }

    /// Something that is stored is not what it has to be.
    package struct Difference: Sendable, Equatable {
        package var subject: Subject
        /// `nil` where a feed as a whole differs.
        package var id: PatternID?
        package var origin: NodeName?
        /// What is stored, in words.
        package var stored: String
        /// What was recomputed, in words.
        package var computed: String

        package init(
            _ subject: Subject,
            id: PatternID? = nil,
            origin: NodeName? = nil,
            stored: String,
            computed: String
        ) {
            self.subject = subject
            self.id = id
            self.origin = origin
            self.stored = stored
            self.computed = computed
        }
    }

    package var collection: CollectionName
    package var contributions: Int64 = 0
    /// Winners that serve something, not those that were retracted.
    package var liveWinners: Int64 = 0
    /// Earlier versions of contributions that are kept.
    package var earlierVersions: Int64 = 0
    package var resolutions: Int64 = 0
    /// All differences; ``listed`` are the first of them.
    package var differences: Int64 = 0
    package var listed: [Difference] = []
    /// Patterns that are being decided anew at present, so that their winners could not be compared.
    package var unsettled: Int64 = 0

    /// How many differences are listed at most.
    private let limit: Int

    init(of collection: CollectionName, limit: Int) {
        self.collection = collection
        self.limit = limit
    }

    mutating func add(_ difference: Difference) {
        differences += 1
        if listed.count < limit { listed.append(difference) }
    }
}
