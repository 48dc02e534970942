import CLibPQ

/// A connection string, taken apart by libpq itself, so that what is shown of it is what libpq understood.
struct ConnectionOptions {
    private let values: [String: String]

    /// What may be shown; everything else can hold a secret.
    private static let shown = ["service", "host", "hostaddr", "port", "dbname", "user", "sslmode"]
    private static let secret = ["password", "sslpassword"]

    /// Nil when libpq cannot read the string.
    ///
    /// Its reason is dropped: it quotes the string.
    init?(_ connectionString: String) {
        guard let options = PQconninfoParse(connectionString, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                values[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        self.values = values
    }

    var holdsPassword: Bool {
        Self.secret.contains { values[$0]?.isEmpty == false }
    }

    /// Whether part of a password may have been taken for the host, port or database, as happens when it holds an
    /// unescaped `@` or `/`.
    var isMisread: Bool {
        let names = [values["host"], values["dbname"]]
        if names.contains(where: { $0?.contains("@") ?? false }) { return true }
        return values["port"]?.contains { !$0.isNumber && $0 != "," } ?? false
    }

    var summary: String {
        guard !isMisread else { return "(connection string with an unescaped @ or /)" }
        return Self.shown.compactMap { key in values[key].map { "\(key)=\($0)" } }.joined(separator: " ")
    }
}
