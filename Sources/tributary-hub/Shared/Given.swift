import ArgumentParser
import Federation

/// What is given on the command line, read strictly.
enum Given {
    /// The greatest number of lines that a list prints.
    static let greatestLimit: Int64 = 10_000

    static func collection(_ text: String) throws -> CollectionName {
        guard let name = CollectionName(text) else {
            throw ValidationError("'\(text)' is no collection name: [a-z0-9][a-z0-9._-]{0,63}")
        }
        return name
    }

    static func collections(_ text: String) throws -> [CollectionName] {
        let names = try text.split(separator: ",").map { try collection(String($0)) }
        guard Set(names).count == names.count else { throw ValidationError("'\(text)' names a collection twice") }
        return names
    }

    static func node(_ text: String) throws -> NodeName {
        guard let name = NodeName(text) else {
            throw ValidationError(
                "'\(text)' is no node name: 1-64 letters, digits, '.', '-' and '_', beginning with a letter or digit"
            )
        }
        return name
    }

    static func id(_ text: String) throws -> PatternID {
        do throws(InvalidPatternID) { return try PatternID(text) } catch { throw ValidationError(error.detail) }
    }

    static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text) else {
            throw ValidationError("'\(text)' is no time; one is like 2026-11-21T08:30:00Z")
        }
        return time
    }

    static func limit(_ text: String) throws -> Int64 {
        guard let limit = Int64(text), (1...greatestLimit).contains(limit) else {
            throw ValidationError("--limit is from 1 to \(greatestLimit)")
        }
        return limit
    }

    static func number(_ text: String) throws -> Int64 {
        guard let number = Int64(text), number >= 1 else {
            throw ValidationError("'\(text)' is no number of an item; `tributary-hub quarantine list` shows them")
        }
        return number
    }

    static func threshold(_ text: String) throws -> Double {
        guard let threshold = Double(text), (0...1).contains(threshold) else {
            throw ValidationError("--threshold \(text) is not between 0 and 1")
        }
        return threshold
    }
}

extension ConflictStrategy: ExpressibleByArgument {}
extension NodeRole: ExpressibleByArgument {}
extension NodeScope: ExpressibleByArgument {}
extension RefusalCode: ExpressibleByArgument {}
