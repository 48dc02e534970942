internal import Digest
package import Federation
package import JSON

/// What one line of a feed says.
package enum FeedEvent: Sendable, Equatable {
    case change(FeedLine)
    /// The lines before it are verified; a checkpoint, or the end of the answer.
    case marker(FeedMarker)
}

/// Reads one answer of a feed and verifies it: each line against its checksum, each marker against the lines before it.
package struct FeedReader {
    /// Which feed, which decides what its digests cover.
    package enum Feed: Sendable {
        case winners
        /// Contents and vectors are not read: a node asks for its own statements without them, and a hub admits them one
        /// by one, so that one that is damaged does not hold up the others.
        case contributions
    }

    private let collection: CollectionName
    private let feed: Feed
    private let hasher: SHA256
    private var lines: Int64 = 0
    /// Lines before the last marker.
    private var markedLines: Int64 = 0
    private var digest = SetDigest()
    /// Whether the end marker has come.
    package private(set) var isComplete = false

    package init(_ feed: Feed, of collection: CollectionName) {
        self.collection = collection
        self.feed = feed
        hasher = SHA256()
    }

    /// Takes one line; throws a ``ReplicationError`` of kind `integrity` where it cannot be trusted.
    package mutating func read(_ slice: RecordSlice) throws(ReplicationError) -> FeedEvent {
        guard !isComplete else { throw violation("something follows the end marker") }
        guard !slice.isOversized else { throw violation("a line is longer than \(TransferLimits.lineBytes) bytes") }
        let root: JSONNode
        do throws(JSONError) {
            root = try JSONDocument.received(slice.bytes).root
        } catch { throw violation("line \(lines + 1) is no JSON: \(error)") }
        do throws(FeedLineError) {
            if let marker = try FeedMarker(root) { return .marker(try verify(marker)) }
            return .change(
                try count(
                    FeedLine(root, collection: collection, hasher: hasher, readsContent: feed == .winners)
                )
            )
        } catch { throw violation(ShownText.of(error.description)) }
    }

    private mutating func verify(_ marker: FeedMarker) throws(FeedLineError) -> FeedMarker {
        guard marker.lines == lines else {
            throw FeedLineError("a marker counts \(marker.lines) lines, and \(lines) came")
        }
        guard marker.digest == digest.sum else {
            throw FeedLineError("the digest of \(lines) lines does not match its marker")
        }
        // Markers alone could go on for ever.
        guard marker.isEnd || lines > markedLines else { throw FeedLineError("a checkpoint follows no line") }
        markedLines = lines
        isComplete = marker.isEnd
        return marker
    }

    private mutating func count(_ line: FeedLine) throws(FeedLineError) -> FeedLine {
        lines += 1
        switch feed {
        case .winners:
            guard line.state == .live else { return line }
            guard let provenance = line.provenance, line.payload != nil else {
                throw FeedLineError("the live line of \(line.id) lacks provenance or content")
            }
            digest.insert(
                ItemDigest.winner(
                    collection: collection,
                    id: line.id,
                    origin: provenance.origin,
                    version: provenance.version,
                    hasher: hasher
                )
            )
        case .contributions:
            guard let provenance = line.provenance else { throw FeedLineError("\(line.id) lacks provenance") }
            digest.insert(
                ItemDigest.contribution(
                    collection: collection,
                    id: line.id,
                    origin: provenance.origin,
                    version: provenance.version,
                    hasher: hasher
                )
            )
        }
        return line
    }

    private func violation(_ what: String) -> ReplicationError {
        ReplicationError(
            .integrity,
            "what the hub sent of \(collection) cannot be trusted: \(what); nothing behind the last verified marker was"
                + " used: pull again, and if it persists ask the hub's operator to verify its store"
        )
    }
}
