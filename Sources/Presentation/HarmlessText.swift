/// Text from elsewhere, made fit for a terminal.
package enum HarmlessText {
    /// `text` with a question mark for every character that a terminal could obey, that changes the direction of reading,
    /// or that cannot be seen.
    package static func of(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(isHarmless) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : "?" }))
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
