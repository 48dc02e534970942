internal import JSON

/// Names a member of a JSON object, or of an object in it: `task.prompt`.
package struct MemberPath: Sendable, Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
    private let names: [String]

    package init(_ text: String) {
        names = text.split(separator: ".").map(String.init)
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    package var description: String { names.joined(separator: ".") }
    /// The innermost name.
    var last: String { names.last ?? "" }

    /// The value in `object`; `nil` where there is none, or null.
    func value(in object: JSONNode) -> JSONNode? {
        let found = names.reduce(object as JSONNode?) { $0?.member($1) }
        return found?.kind == .null ? nil : found
    }
}
