internal import Digest
internal import Federation

/// A pattern as a source file states it.
struct SourceItem {
    var id: PatternID
    var standing: ScanTable.Standing
    /// Canonical JSON; empty where it is not needed.
    var payload: [UInt8] = []
    var checksum = SHA256Digest.none
    var vector: PatternVector?
}
