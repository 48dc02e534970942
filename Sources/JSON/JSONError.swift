/// Why a text is not acceptable JSON, and where reading stopped.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with the text, as far as a program reacts to it.
    package enum Kind: Sendable {
        /// Not JSON: a stray byte, a missing bracket, trailing text, a byte-order mark.
        case syntax
        /// An object names one member twice, so two readers would see two different values.
        case duplicateName
        /// A string or name holds U+0000, which C libraries and PostgreSQL would cut or refuse.
        case nulCharacter
        /// The bytes are not well-formed UTF-8.
        case invalidUTF8
        /// A number that not every reader of JSON sees as the same number.
        case numberNotInteroperable
        /// Nested deeper than the limit.
        case tooDeep
        /// More values than the reader takes at once.
        case tooManyValues
    }

    package var kind: Kind
    package var message: String
    /// Bytes from the start of the text, where known.
    package var offset: Int?

    package init(_ kind: Kind, _ message: String, offset: Int? = nil) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }

    package var description: String {
        guard let offset else { return message }
        return "\(message) (at byte \(offset))"
    }
}
