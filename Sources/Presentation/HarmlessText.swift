/// Text from elsewhere, made fit for a terminal.
package enum HarmlessText {
    /// `text` with a question mark for every character that a terminal could obey, that changes the direction of reading,
    /// or that cannot be seen.
    package static func of(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(isHarmless) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : "?" }))
    }

    /// JSON with an escape for every such character, which means the same: outside of strings there is none of them but
    /// the ends of lines.
    package static func ofJSON(_ json: String) -> String {
        guard !json.unicodeScalars.allSatisfy(isHarmless) else { return json }
        var text = ""
        for scalar in json.unicodeScalars {
            if isHarmless(scalar) || scalar == "\n" {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
        }
        return text
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
