/// A line of PostgreSQL's password file: `host:port:database:user:password`, found by its port.
struct PostgresPasswordLine: Recognizer {
    private static let host = ByteClass.dotted + ByteClass("*")
    private static let field = (ByteClass.whiteSpace + ByteClass.quotes + ByteClass(":/@")).inverted

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard PostgresPasswordLine.host.contains(text[anchor.lowerBound - 1]) else { return nil }
        var index = anchor.upperBound
        for _ in 0..<2 {
            let end = text.end(of: PostgresPasswordLine.field, from: index, limit: 64)
            guard end > index, text[end] == UInt8(ascii: ":") else { return nil }
            index = end + 1
        }
        let end = text.end(of: .unquoted, from: index, limit: 256)
        return Placeholder.isForPassword(text.part(index..<end)) ? nil : index..<end
    }
}

/// The password in `machine NAME login NAME password SECRET`, as netrc files have it, on one line or several.
struct NetrcPassword: Recognizer {
    private static let reach = 400

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard !ByteClass.word.contains(text[anchor.lowerBound - 1]) else { return nil }
        let last = min(text.count, anchor.upperBound + NetrcPassword.reach)
        var index = anchor.upperBound
        var hasLogin = false
        while index < last {
            index = text.end(of: .whiteSpace, from: index, limit: NetrcPassword.reach)
            let end = text.end(of: ByteClass.whiteSpace.inverted, from: index, limit: 256)
            guard end > index else { return nil }
            switch text.folded(index..<end) {
            case "login": hasLogin = true
            case "machine": return nil
            case "password", "passwd":
                guard hasLogin else { return nil }
                let start = text.end(of: .blanks, from: end, limit: 8)
                let secretEnd = text.end(
                    of: .unquoted,
                    from: start,
                    limit: 256
                )
                return Placeholder.isForPassword(text.part(start..<secretEnd)) ? nil : start..<secretEnd
            default: break
            }
            index = end
        }
        return nil
    }
}

/// The password of a connection string, which other parts of it prove: `Server=...;User Id=...;Password=...`,
/// `host=... user=... password=...`.
struct ConnectionStringPassword: Recognizer {
    private static let reach = 200
    private static let greatestValue = 128
    private static let neighbours = [
        "server=", "data source=", "host=", "hostaddr=", "user id=", "uid=", "user=", "username=", "dbname=",
        "database=", "initial catalog=", "endpoint=",
    ]

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard !ByteClass.alphanumeric.contains(text[anchor.lowerBound - 1]) else { return nil }
        let quote = text.end(of: ByteClass("'"), from: anchor.upperBound, limit: 1)
        let ends = ByteClass.whiteSpace + ByteClass("\"'`;&<>\\")
        let range = quote..<text.end(of: ends.inverted, from: quote, limit: ConnectionStringPassword.greatestValue)
        // "password=FILE1" names a variable of somebody's command.
        let isName = range.count < 8 && text.part(range).bytes.allSatisfy(ByteClass.upperAlphanumeric.contains)
        guard !isName, range.count < ConnectionStringPassword.greatestValue,
            !Placeholder.isForPassword(text.part(range))
        else {
            return nil
        }
        let around =
            max(
                0,
                anchor.lowerBound - ConnectionStringPassword.reach
            )..<min(text.count, range.upperBound + ConnectionStringPassword.reach)
        let found = ConnectionStringPassword.neighbours.filter { text.holdsFolded($0, in: around) }
        return found.count >= 2 ? range : nil
    }
}

/// The tokens in Nix's setting `access-tokens = github.com=... gitlab.com=...`, from the first to the last.
struct NixAccessTokens: Recognizer {
    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let gap = ByteClass.blanks + ByteClass.quotes
        var index = text.end(of: gap, from: anchor.upperBound, limit: 8)
        guard text[index] == UInt8(ascii: "=") else { return nil }
        index = text.end(of: gap, from: index + 1, limit: 8)
        var found: Range<Int>?
        while true {
            let host = text.end(of: .dotted + ByteClass("/"), from: index, limit: 128)
            guard host > index, text[host] == UInt8(ascii: "=") else { return found }
            let end = text.end(of: ByteClass.valueEnds.inverted, from: host + 1, limit: 512)
            let token = text.part((host + 1)..<end)
            if token.count >= 8, !Placeholder.isForPassword(token) {
                found = (found?.lowerBound ?? host + 1)..<end
            }
            index = text.end(of: .blanks, from: end, limit: 8)
        }
    }
}

/// A password given to a command that takes it on its line: `curl -u user:password`, `sshpass -p password`.
struct CommandPassword: Recognizer {
    private static let reach = 200

    /// The flags behind which it stands, in the order in which they are looked for.
    var flags: [String]
    /// Whether the flag's value is `user:password`.
    var hasUser: Bool

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard !ByteClass.word.contains(text[anchor.lowerBound - 1]) else { return nil }
        var last = min(text.count, anchor.upperBound + CommandPassword.reach)
        last = text.end(of: .line, from: anchor.upperBound, limit: last - anchor.upperBound)
        for flag in flags {
            // The blank before the flag may be the anchor's last byte.
            guard let place = text.firstFolded(flag, in: (anchor.upperBound - 1)..<last) else { continue }
            var start = place + flag.utf8.count
            start = text.end(of: .blanks + ByteClass.quotes + ByteClass("="), from: start, limit: 4)
            if hasUser {
                let user = text.end(of: (ByteClass.valueEnds + ByteClass(":$")).inverted, from: start, limit: 128)
                guard user > start, text[user] == UInt8(ascii: ":") else { continue }
                start = user + 1
            }
            let end = text.end(of: .unquoted, from: start, limit: 256)
            if end - start >= 4, !Placeholder.isForPassword(text.part(start..<end)) { return start..<end }
        }
        return nil
    }
}
