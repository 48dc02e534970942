import Digest
package import JSON

/// Ids as the predecessor's vector database holds them: unsigned 64-bit integers and UUIDs alone.
package enum QdrantID {
    /// The namespace of mapped ids: UUIDv5 of the name `tributary` in the URL namespace of RFC 4122.
    static let namespace: [UInt8] = nameBased(
        in: [
            0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
        ],
        name: Array("tributary".utf8)
    )

    /// The id as JSON: integers as numbers, UUIDs as they are, and any other text as the UUIDv5 of collection and id.
    package static func json(_ id: PatternID, in collection: CollectionName) -> JSONValue {
        switch id.kind {
        case .unsignedInteger: .raw(id.utf8)
        case .uuid: .string(id.description)
        case .text:
            .string(UUIDText.format(nameBased(in: namespace, name: Array(collection.text.utf8) + [0] + id.utf8)))
        }
    }

    /// A UUID of version 5.
    static func nameBased(in namespace: [UInt8], name: [UInt8]) -> [UInt8] {
        var bytes = Array(SHA1.digest(of: namespace + name).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes
    }
}
