internal import Digest
internal import Federation

/// A pattern as a source states it.
struct SourceItem {
    var id: PatternID
    var standing: ScanTable.Standing
    /// What the collection's rule reads as its value; where it was not read, `nil`.
    var value: Double?
    /// Canonical JSON, as it would leave; empty where it is not needed.
    var payload: [UInt8] = []
    /// Of what would leave; of what is held back, of what stands in the source.
    var checksum = SHA256Digest.none
    var vector: PatternVector?
    /// Codes of the rules because of which it is not shared, is held back, or leaves with placeholders.
    var reasons: [String] = []

    var vectorDigest: SHA256Digest { vector?.digest ?? .none }
}
