/// One candidate's place among those that are merged.
struct MergeVoice {
    /// Candidates of the same content are one group; groups are numbered from the best.
    var group: Int
    /// Whether it is the best of its group.
    var isFirst: Bool
}

/// Candidates that are left out because their content is what merging the others gives.
///
/// A node that takes a merged winner for its own and says it again has learned nothing new, and counting it would let
/// sums grow with every round.
struct MergeEcho {
    var group: Int
    /// Origins that say what the group says.
    var origins: Int
    /// Whether the best of the group stays, because the others give that content only together with it.
    var keepsOne: Bool

    /// Origins that are left out.
    var surplus: Int { keepsOne ? origins - 1 : origins }

    /// Whether `voice` is left out.
    func covers(_ voice: MergeVoice) -> Bool {
        voice.group == group && !(keepsOne && voice.isFirst)
    }
}
