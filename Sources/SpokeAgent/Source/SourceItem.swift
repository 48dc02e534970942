internal import Digest
internal import Federation

/// A pattern as a source file states it.
struct SourceItem {
    var id: PatternID
    var standing: ScanTable.Standing
    /// What the collection's rule reads as its value; where it was not read, `nil`.
    var value: Double?
    /// Canonical JSON; empty where it is not needed.
    var payload: [UInt8] = []
    var checksum = SHA256Digest.none
    var vector: PatternVector?
}
