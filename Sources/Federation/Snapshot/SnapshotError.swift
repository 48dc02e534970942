/// Why a file is not a snapshot that can be taken in: what is wrong, and where.
package struct SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with it, as far as a program reacts to it.
    package enum Kind: Sendable, Equatable {
        /// It is something else.
        case foreign
        /// It ends too early.
        case truncated
        /// It is not what it says of itself.
        case damaged
        /// A newer version of the format.
        case newer
    }

    package var kind: Kind
    package var place: SnapshotPlace?
    /// Without the place, and without anything of the file's content.
    package var detail: String

    package init(_ kind: Kind, at place: SnapshotPlace? = nil, _ detail: String) {
        self.kind = kind
        self.place = place
        self.detail = detail
    }

    package var description: String {
        guard let place else { return detail }
        return "\(place): \(detail)"
    }
}
