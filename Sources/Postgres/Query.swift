/// SQL text with its parameters, built by interpolation.
///
/// Interpolating a value binds it: `"SELECT a FROM t WHERE b = \(name)"` sends `name` beside the text, in binary form
/// and with its type, so it can neither change the statement nor be cut at a NUL. Splicing text into the statement
/// takes the longer `\(unescaped: …)`.
package struct Query: Sendable {
    /// The statement, with `$1`, `$2` and so on where values were interpolated.
    package var text: String
    var binds: QueryBinds

    /// A statement whose text is given as it is, without parameters.
    package init(unescaped text: String) {
        self.text = text
        self.binds = QueryBinds()
    }
}

extension Query: ExpressibleByStringInterpolation {
    /// A statement without parameters.
    package init(stringLiteral value: String) {
        self.init(unescaped: value)
    }

    /// A statement with the values that were interpolated.
    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        binds = stringInterpolation.binds
    }

    /// Collects the text and the values of an interpolated statement.
    package struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var binds = QueryBinds()

        /// Makes room for a statement of this size.
        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 4 * interpolationCount)
            binds.reserveCapacity(interpolationCount)
        }

        /// Appends text of the statement.
        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Binds a value and puts its placeholder into the text.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            binds.append(value)
            text += "$\(binds.count)"
        }

        /// Binds a value that may be absent, which is NULL.
        package mutating func appendInterpolation(optional value: (some PostgresEncodable)?) {
            binds.append(value)
            text += "$\(binds.count)"
        }

        /// Binds a value, or a NULL of the value's type, and puts its placeholder into the text.
        package mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            binds.append(value)
            text += "$\(binds.count)"
        }

        /// Puts text into the statement as it is.
        ///
        /// It must never come from outside the program.
        package mutating func appendInterpolation(unescaped text: String) {
            self.text += text
        }
    }
}
