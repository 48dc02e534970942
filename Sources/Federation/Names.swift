/// The name of a node: an identity that a hub has enrolled.
package struct NodeName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    /// A node name, or `nil` where `text` is none: 1-64 letters, digits, dots, hyphens and underscores, beginning with a
    /// letter or digit.
    package init?(_ text: String) {
        guard Name.isValid(text.utf8, allowingUpperCase: true) else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: NodeName, right: NodeName) -> Bool {
        // Names are ASCII, whose order as text is that of its bytes.
        left.text < right.text
    }
}

/// What a node may do: a spoke speaks for itself, a hub also relays what others said.
package enum NodeRole: String, Sendable, CaseIterable {
    case spoke, hub
}

/// What a node may do beyond its role.
package enum NodeScope: String, Sendable, CaseIterable {
    /// Resolve conflicts, retract patterns and see what others sent.
    case review
}

/// The name of a collection of patterns.
package struct CollectionName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    /// A collection name, or `nil` where `text` is none: 1-64 lower-case letters, digits, dots, hyphens and underscores,
    /// beginning with a letter or digit.
    package init?(_ text: String) {
        guard Name.isValid(text.utf8, allowingUpperCase: false) else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: CollectionName, right: CollectionName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

/// The shape of names, which also makes them safe in paths, file names and logs.
private enum Name {
    static let maximumBytes = 64

    static func isValid(_ utf8: String.UTF8View, allowingUpperCase: Bool) -> Bool {
        guard let first = utf8.first, utf8.count <= maximumBytes else { return false }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): allowingUpperCase
            default: false
            }
        }
        return isAlphanumeric(first)
            && utf8.allSatisfy {
                isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}
