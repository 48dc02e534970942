extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// What happened, to what, and what to do next, without any value of the data.
    package var description: String {
        var text = summary
        var facts: [String] = []
        if let sqlState { facts.append("SQLSTATE \(sqlState)") }
        if let constraint { facts.append("constraint \(constraint)") }
        if !facts.isEmpty { text += " (" + facts.joined(separator: ", ") + ")" }
        text += "."
        if let advice { text += " " + advice }
        return text
    }

    /// The description with the statement's text and the server's detail, for a developer's eyes.
    package var debugDescription: String {
        var text = description
        if let detail { text += " Detail: \(detail)" }
        if let statement { text += " Statement: \(statement.prefix(Self.longestShownStatement))" }
        return text
    }

    /// A migration can be long, and its beginning says which one it is.
    private static let longestShownStatement = 2000

    private var summary: String {
        switch kind {
        case .connectionFailed: "No connection to PostgreSQL: \(shownMessage)"
        case .connectionLost: "The connection to PostgreSQL was lost: \(shownMessage)"
        case .timedOut: "PostgreSQL did not answer in time: \(shownMessage)"
        case .server: "PostgreSQL refused a statement: \(shownMessage)"
        case .poolExhausted: "No database connection became free in time: \(shownMessage)"
        case .outcomeUnknown: "The answer to COMMIT was lost, the outcome is unknown: \(shownMessage)"
        case .decoding: "A value from PostgreSQL could not be read: \(shownMessage)"
        case .configuration: "PostgreSQL cannot be used as configured: \(shownMessage)"
        case .closed: "The database connection is closed: \(shownMessage)"
        }
    }

    /// The message, cut before a quoted input value.
    ///
    /// Errors of class 22 are about values and end in the value itself, as in `invalid input syntax for type uuid: "x"`.
    private var shownMessage: String {
        guard sqlState?.classCode == "22" else { return message }
        var shown: [Character] = []
        for character in message {
            if character == "\"" { break }
            shown.append(character)
        }
        while let last = shown.last, last == " " || last == ":" { shown.removeLast() }
        return String(shown)
    }

    private var advice: String? {
        switch (kind, sqlState) {
        case (_, .some(.diskFull)): "Make room on the database server's disk."
        case (_, .some(.tooManyConnections)): "Raise max_connections on the server or make the pool smaller."
        case (_, .some(.undefinedTable)), (_, .some(.undefinedColumn)), (_, .some(.undefinedFunction)):
            "Check that the schema's migrations have been applied."
        case (_, .some(.invalidPassword)), (_, .some(.invalidAuthorization)):
            "Check user and password of the connection string and the server's pg_hba.conf."
        case (_, .some(.undefinedDatabase)): "Create the database or correct its name in the connection string."
        case (.connectionFailed, _): "Check that the server runs and that the connection string leads to it."
        case (.connectionLost, _), (.timedOut, _), (.poolExhausted, _): "Try again."
        case (.outcomeUnknown, _): "Repeat the work only if doing it twice is safe, or look what was stored."
        case (.decoding, _): "Check that the program and the schema have the same version."
        case (.configuration, _), (.server, _), (.closed, _): nil
        }
    }
}
