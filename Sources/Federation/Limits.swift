/// Every bound the protocol puts on what is sent, in one place.
///
/// A bound that is hit has a stable code, so that its sender can react; see ``RefusalCode`` and ``Problem``.
package enum Limits {
    /// Bytes of one item as sent.
    ///
    /// Enough for the longest real pattern with a 2,560-dimension vector in JSON numbers.
    package static let itemBytes = 256 * 1024
    /// Levels of nesting within a payload.
    package static let payloadDepth = 64
    /// Bytes of UTF-8 in a pattern id.
    package static let patternIDBytes = 256
    /// Numbers in a vector.
    package static let vectorDimension = 8_192
    /// Bytes of UTF-8 in the name of an embedding model.
    package static let vectorModelBytes = 128
    /// How far ahead of the hub's clock an item's time may be, in seconds: clocks drift, but not by a day.
    package static let clockAheadSeconds: Int64 = 24 * 60 * 60
    /// Hubs that one contribution may have passed through.
    package static let pathLength = 16
    /// Contributions that one merged winner may name as its parents.
    package static let parents = 10_000
    /// Elements of an array that a merge rule may ask for.
    package static let mergeUnionCap = 1_000
    /// Bytes of the elements of one merged list, unless the best contribution's own list has more: so that what is merged
    /// from however many stays a line that spokes take.
    package static let mergedListBytes = 32 * 1024
    /// Fields of a collection that have a merge rule.
    package static let mergeFields = 64
    /// Bytes of UTF-8 in the name of such a field.
    package static let mergeFieldBytes = 128

    /// Items in one push.
    package static let pushItems = 10_000
    /// Bytes of one push after decompression.
    package static let pushBytes = 64 * 1024 * 1024
    /// Items stored in one transaction: large enough to be fast, small enough that other nodes are served in between.
    package static let batchItems = 5_000
    /// Items stored in one transaction where contributions are merged: each brings all contents of its pattern along.
    package static let mergeBatchItems = 500
    /// Bytes of contents that are read at a time to be merged; as many are being merged meanwhile.
    package static let mergeReadBytes = 8 * 1024 * 1024
    /// Patterns whose contents are read at a time.
    package static let mergeReadItems = 64
    /// Bytes of payload stored in one transaction.
    package static let batchBytes = 4 * 1024 * 1024
    /// Winners between two checkpoints of a pull.
    package static let checkpointInterval = 5_000
    /// Seconds that a long poll may wait.
    package static let waitSeconds = 55
    /// Refused items kept for one node.
    package static let quarantineItems = 10_000
    /// Bytes kept of one refused item.
    package static let quarantineBodyBytes = 256 * 1024
    /// Bytes of the reason that an operator gives.
    package static let reasonBytes = 1_024
    /// Bytes of an operator's name.
    package static let decidedByBytes = 128
    /// Contents of one collection that are retracted under whatever id: each push compares with all of them.
    package static let retractedContents = 10_000
    /// The same with those that other hubs' operators retracted.
    package static let relayedRetractedContents = 50_000
    /// The greatest incarnation that a hub may pass on: a node can always be enrolled above it.
    package static let relayedIncarnation: Int32 = 1_000_000
    /// Bytes of all resolutions in one request.
    package static let resolutionRequestBytes = 8 * 1024 * 1024
    /// Contributions that are named of those which one content's retraction withholds.
    package static let shownCopies = 100

    /// Ranges whose digests can be asked for at once.
    package static let digestRanges = 256
    /// Parts that each of them can be divided into.
    package static let digestParts = 64
    /// Parts where none are asked for.
    package static let digestPartsByDefault = 16
    /// Contributions of a range that can be listed.
    package static let digestList = 256
    /// Contributions that are listed where nothing is asked for.
    package static let digestListByDefault = 32
    /// Contributions that can be asked for by their keys at once.
    package static let selectionKeys = 1_000
    /// Bytes of such a request.
    package static let selectionBytes = 1024 * 1024
    /// Bytes of one resolution: its content, and the checksums of all that it covers.
    package static let resolutionBytes = 2 * 1024 * 1024
    /// Collections on a hub beyond which it makes none because an upstream has it; an operator can make more.
    package static let collections = 256
    /// Resolutions in one request or answer.
    package static let resolutionItems = 1_000

    /// Bytes of one item of a snapshot: a payload, the numbers of a vector in digits, and what it was merged from.
    package static let snapshotItemBytes = 3 * 1024 * 1024
    /// Bytes of a snapshot's manifest: some hundreds for each collection.
    package static let snapshotManifestBytes = 1024 * 1024
    /// Collections in a snapshot.
    package static let snapshotCollections = 1_000
    /// Bytes of a collection's name as a snapshot writes it, which may escape every letter.
    package static let snapshotNameBytes = 512
}
