internal import Digest

/// An opaque position in one feed of one collection, as clients hold it.
///
/// It binds the hub's epoch, so that a hub restored from a backup cannot mistake it for a position of its own, and ends
/// in a digest, so that a garbled one is recognised.
package struct Cursor: Sendable, Equatable {
    /// A feed of a collection.
    package enum Feed: UInt8, Sendable {
        case winners = 0x57
        case contributions = 0x43
        /// What operators resolved.
        case resolutions = 0x52
    }

    /// 16 bytes; see ``HubIdentity``.
    package var epoch: [UInt8]
    package var feed: Feed
    package var collection: CollectionName
    /// The number of the last change seen.
    package var number: Int64

    package init(epoch: [UInt8], feed: Feed, collection: CollectionName, number: Int64) {
        self.epoch = epoch
        self.feed = feed
        self.collection = collection
        self.number = number
    }

    private static let formatVersion: UInt8 = 1

    /// The cursor as text that is safe in a URL.
    package var text: String {
        var bytes: [UInt8] = [Cursor.formatVersion, feed.rawValue]
        bytes.append(contentsOf: epoch)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: collection.text.utf8)
        bytes.append(contentsOf: SHA256.digest(of: bytes).bytes.prefix(6))
        return Base64.encodeURL(bytes)
    }

    /// The cursor that `text` spells; `nil` where it spells none.
    package init?(_ text: String) {
        guard text.utf8.count <= 256, let bytes = Base64.decodeURL(text), bytes.count > 32,
            bytes[0] == Cursor.formatVersion, let feed = Feed(rawValue: bytes[1]),
            SHA256.digest(of: Array(bytes.dropLast(6))).bytes.prefix(6).elementsEqual(bytes.suffix(6)),
            let collection = CollectionName(String(decoding: bytes[26..<bytes.count - 6], as: UTF8.self))
        else { return nil }
        let number = bytes[18..<26].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard number >= 0 else { return nil }
        self.init(epoch: Array(bytes[2..<18]), feed: feed, collection: collection, number: number)
    }
}
