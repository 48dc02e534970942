package import Digest
import Federation

/// What an operator asks the hub to decide.
package struct Ruling: Sendable {
    /// How a conflict is to end.
    package enum Choice: Sendable {
        /// With the present content of this checksum.
        case content(SHA256Digest)
        /// With a content of the operator's own: JSON text.
        case written([UInt8])
        /// With nothing served.
        case retract
    }

    package var reason: String
    /// The person, as the hub knows them.
    package var decidedBy: String

    /// A ruling for this reason by this person; throws a ``StoreError`` where either cannot be kept.
    package init(reason: String, decidedBy: String) throws {
        let reason = reason.trimmingWhitespace
        guard (1...Limits.reasonBytes).contains(reason.utf8.count) else {
            throw StoreError.invalid("a reason has 1 to \(Limits.reasonBytes) bytes; it is what others are told")
        }
        guard (1...Limits.decidedByBytes).contains(decidedBy.utf8.count), !reason.unicodeScalars.contains("\u{0}"),
            decidedBy.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw StoreError.invalid(
                "who decided is named in 1 to \(Limits.decidedByBytes) bytes without control characters"
            )
        }
        self.reason = reason
        self.decidedBy = decidedBy
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        var rest = Substring(self)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
