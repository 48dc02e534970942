package import JSON

/// What a rule asks of one member of an event.
package struct EventCondition: Sendable, Equatable {
    /// What is asked.
    package enum Test: Sendable, Equatable {
        /// It is one of these texts, numbers or truth values.
        case isOne(of: [JSONValue])
        /// It is there, or it is not.
        case isPresent(Bool)
        /// It is a number that is not less.
        case isAtLeast(Double)
        /// It is a number that is not more; what is missing is 0.
        case isAtMost(Double)
        /// It is a text of more characters than this.
        case isLongerThan(Int)
        /// It is not the same text as the other member.
        case differs(from: MemberPath)
    }

    package var member: MemberPath
    package var test: Test

    package init(_ member: MemberPath, _ test: Test) {
        self.member = member
        self.test = test
    }

    /// Whether `event` is as asked.
    func isMet(by event: JSONNode) -> Bool {
        let value = member.value(in: event)
        switch test {
        case .isOne(let wanted): return value.map { value in wanted.contains { $0.isSameScalar(as: value) } } ?? false
        case .isPresent(let wanted): return (value != nil) == wanted
        case .isAtLeast(let bound): return value?.number.map { $0 >= bound } ?? false
        case .isAtMost(let bound): return value.map { $0.number.map { $0 <= bound } ?? false } ?? (bound >= 0)
        case .isLongerThan(let count): return value?.string.map { $0.unicodeScalars.count > count } ?? false
        case .differs(let other):
            guard let text = value?.string, let otherText = other.value(in: event)?.string else { return true }
            return text != otherText
        }
    }
}

extension JSONValue {
    /// Whether `node` is this text, number or truth value.
    fileprivate func isSameScalar(as node: JSONNode) -> Bool {
        switch self {
        case .string(let text): node.string == text
        case .boolean(let flag): node.boolean == flag
        case .integer(let value): node.number == Double(value)
        case .number(let value): node.number == value
        case .null, .array, .object, .raw: false
        }
    }
}
