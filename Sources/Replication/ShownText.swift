/// Text from elsewhere, made fit to be shown.
package enum ShownText {
    /// Characters that are shown of one foreign text.
    package static let maximumCharacters = 400

    /// `text` on one line, without control and direction-changing characters, and not too long.
    package static func of(_ text: String) -> String {
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < maximumCharacters else { return shown + "..." }
            count += 1
            switch scalar.value {
            case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: shown.append(" ")
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
