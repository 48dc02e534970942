/// What stands where a secret would stand, and is none.
///
/// Only what chance does not make: a word of seven letters, or half of all characters counting upwards, is not found in
/// a random token, so nothing real passes for a placeholder.
enum Placeholder {
    private static let readBytes = 128
    private static let words = [
        "example", "placeholder", "changeme", "change-me", "change_me", "redacted", "yourtoken", "your-token",
        "your_token",
        "your-api", "your_api", "yourapi", "insert-", "insert_", "replace-me", "replace_me", "replaceme", "removed",
        "dummydummy", "notarealkey", "not-a-real", "not_a_real",
    ]
    /// Words so short that they count only where the value was chosen by a person.
    private static let shortWords = [
        "your", "xxxx", "****", "....", "dummy", "sample", "todo", "fixme", "insert", "replace", "foobar", "testpass",
    ]
    private static let wholeValues: Set<String> = [
        "password", "passwd", "passphrase", "pass", "pw", "pwd", "pword", "mypassword", "my_password", "password1",
        "password123", "user", "username", "secret", "mysecret", "my_secret", "supersecret", "token", "mytoken", "key",
        "apikey", "api_key", "xxx", "test", "testing", "guest", "admin", "root", "none", "null", "nil", "true", "false",
        "string", "value", "undefined", "empty", "hidden", "censored", "default", "postgres", "localhost", "hunter2",
        "contraseña", "clave", "motdepasse", "passwort", "geheim", "senha", "비밀번호", "密码", "p4ssw0rd", "passw0rd",
    ]

    /// Whether `text`, which has the form of a token, stands for one.
    static func isForToken(_ text: GuardText) -> Bool {
        isMark(text) || isRegular(text) || holds(words, text)
    }

    /// Whether `text`, which stands where a person would write a password, stands for one.
    static func isForPassword(_ text: GuardText) -> Bool {
        if isForToken(text) || holds(shortWords, text) { return true }
        if isTemplate(text[0]) || text.count <= 2 { return true }
        return wholeValues.contains(text.folded(0..<text.count))
    }

    /// Whether what begins with `first` is filled in by a program: `${...}`, `{{...}}`, `<...>`, `%s`, `[...]`.
    private static func isTemplate(_ first: UInt8) -> Bool {
        switch first {
        case UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "<"), UInt8(ascii: "%"), UInt8(ascii: "["),
            UInt8(ascii: "("), UInt8(ascii: "*"), UInt8(ascii: "^"):
            true
        default: false
        }
    }

    /// Whether this is what the guard itself put there, or part of it.
    static func isMark(_ text: GuardText) -> Bool {
        // No other text than ours has these bytes in a secret: all secrets but names of people are ASCII.
        text.bytes.contains(0xE2) && text.firstFolded("‹redacted", in: 0..<text.count) != nil
    }

    /// Whether `text` counts upwards, repeats itself or consists of three characters at most.
    static func isRegular(_ text: GuardText) -> Bool {
        guard text.count > 3 else { return true }
        var steps = 0
        for index in 1..<text.count where text[index] == text[index - 1] &+ 1 { steps += 1 }
        if steps * 2 >= text.count { return true }
        if Set(text.bytes.prefix(64)).count <= 3 { return true }
        for period in 1...8 where text.count >= 2 * period && text.count >= 8 {
            var index = period
            while index < text.count, text[index] == text[index - period] { index += 1 }
            if index == text.count { return true }
        }
        return false
    }

    /// Whether one of `words` stands in the beginning of `text`, which is where people write such a word.
    private static func holds(_ words: [String], _ text: GuardText) -> Bool {
        let beginning = text.part(0..<min(text.count, readBytes))
        return words.contains { beginning.holdsFolded($0, in: 0..<beginning.count) }
    }
}
