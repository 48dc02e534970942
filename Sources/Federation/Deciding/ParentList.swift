internal import Digest

/// What a winner was merged from, by origin, as it is kept: lists are compared and stored far more often than they are
/// read, and in this form they take a third of the room that JSON would.
package struct ParentList: Sendable, Equatable {
    /// For each parent: the length of its origin's name, the name, incarnation and revision (big-endian), and checksum.
    package private(set) var bytes: [UInt8]

    /// The list that `bytes` are; empty for none.
    package init(bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// The list of `parents`, which are by origin.
    package init(_ parents: [Candidate]) {
        bytes = []
        bytes.reserveCapacity(parents.count * 64)
        for parent in parents {
            let name = parent.origin.text.utf8
            bytes.append(UInt8(name.count))
            bytes.append(contentsOf: name)
            withUnsafeBytes(of: parent.version.incarnation.bigEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: parent.version.revision.bigEndian) { bytes.append(contentsOf: $0) }
            parent.version.checksum.withBytes { bytes.append(contentsOf: $0) }
        }
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// The parents; `nil` where the bytes are no such list.
    package var references: [ContributionReference]? {
        bytes.withUnsafeBytes { bytes in
            var found: [ContributionReference] = []
            var rest = bytes[...]
            while let length = rest.popFirst().map(Int.init) {
                guard rest.count >= length + 44 else { return nil }
                let name = String(decoding: rest.prefix(length), as: UTF8.self)
                rest = rest.dropFirst(length)
                let incarnation = UnsafeRawBufferPointer(rebasing: rest.prefix(4)).loadUnaligned(as: Int32.self)
                let revision = UnsafeRawBufferPointer(rebasing: rest.dropFirst(4).prefix(8))
                    .loadUnaligned(as: Int64.self)
                let digest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(12).prefix(32))
                rest = rest.dropFirst(44)
                guard let origin = NodeName(name), let checksum = SHA256Digest(bytes: digest) else { return nil }
                found.append(
                    ContributionReference(
                        origin: origin,
                        incarnation: Int32(bigEndian: incarnation),
                        revision: Int64(bigEndian: revision),
                        checksum: checksum
                    )
                )
            }
            return found
        }
    }
}
