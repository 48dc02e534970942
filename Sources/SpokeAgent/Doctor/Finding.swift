internal import JSON

/// What one look found.
package struct Finding: Sendable, Equatable {
    /// How bad it is.
    package enum Level: String, Sendable, Comparable {
        case ok, warning, problem

        private var gravity: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .problem: 2
            }
        }

        package static func < (left: Level, right: Level) -> Bool { left.gravity < right.gravity }
    }

    /// What was looked at, in a word or two; of one kind of look always the same.
    package var check: String
    package var level: Level
    package var found: String
    /// What to do about it; `nil` where nothing has to be done.
    package var fix: String?

    package init(_ check: String, _ level: Level, _ found: String, fix: String? = nil) {
        self.check = check
        self.level = level
        self.found = found
        self.fix = fix
    }

    package static func ok(_ check: String, _ found: String) -> Finding { Finding(check, .ok, found) }

    package static func warning(_ check: String, _ found: String, fix: String) -> Finding {
        Finding(check, .warning, found, fix: fix)
    }

    package static func problem(_ check: String, _ found: String, fix: String) -> Finding {
        Finding(check, .problem, found, fix: fix)
    }

    var json: JSONValue {
        [
            "check": .string(check), "level": .string(level.rawValue), "found": .string(found),
            "fix": fix.map { .string($0) } ?? .null,
        ]
    }
}
