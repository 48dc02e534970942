internal import Digest
internal import JSON

/// What a winner was merged from, by origin, as it is written down: lists are compared and passed on far more often than
/// they are read.
package struct ParentList: Sendable, Equatable {
    /// A JSON array, in the one way that ``init(_:)`` writes it; empty where there are no parents.
    package private(set) var text: [UInt8]

    /// The list that `text` is; empty for none.
    package init(text: [UInt8] = []) {
        self.text = text
    }

    /// The list of `parents`, which are by origin.
    package init(_ parents: [Candidate]) {
        text = []
        guard !parents.isEmpty else { return }
        text.reserveCapacity(parents.count * 160)
        for parent in parents {
            text.append(contentsOf: (text.isEmpty ? #"[{"origin":"# : #",{"origin":"#).utf8)
            JSONText.appendString(parent.origin.text, to: &text)
            text.append(contentsOf: #","incarnation":"#.utf8)
            JSONText.appendInteger(Int64(parent.version.incarnation), to: &text)
            text.append(contentsOf: #","revision":"#.utf8)
            JSONText.appendInteger(parent.version.revision, to: &text)
            text.append(contentsOf: #","checksum":""#.utf8)
            parent.version.checksum.appendHex(to: &text)
            text.append(contentsOf: #""}"#.utf8)
        }
        text.append(UInt8(ascii: "]"))
    }

    package var isEmpty: Bool { text.isEmpty }

    /// The parents; throws where the text is no such list.
    package func references() throws -> [ContributionReference] {
        guard !isEmpty else { return [] }
        return try ContributionReference.list(try JSONDocument(parsing: text).root)
    }
}
