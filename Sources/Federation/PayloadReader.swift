package import JSON

/// Reads from a payload what the product needs to know of it.
package struct PayloadReader {
    /// What a payload says.
    package struct Reading: Sendable, Equatable {
        /// Without transport keys, in canonical form.
        package var canonical: [UInt8]
        package var value: Double
        /// The payload's own time, where it has one.
        package var updatedAt: Timestamp?
    }

    private static let timeFields: [StaticString] = [
        "last_updated", "last_used", "last_validated", "updated_at", "timestamp",
    ]

    private let policy: CollectionPolicy

    package init(policy: CollectionPolicy) {
        self.policy = policy
    }

    /// Reads `payload`, which is an object; throws a ``Refusal``.
    package func read(_ payload: JSONNode) throws(Refusal) -> Reading {
        var canonical: [UInt8] = []
        canonical.reserveCapacity(1024)
        do throws(JSONError) {
            try CanonicalJSON.append(
                payload,
                to: &canonical,
                omitting: Admission.transportKeys,
                maximumDepth: Limits.payloadDepth
            )
        } catch { throw Refusal(error) }
        switch policy.valueRule.read(payload) {
        case .value(let value):
            return Reading(canonical: canonical, value: value, updatedAt: PayloadReader.updatedAt(payload))
        case .absent:
            throw Refusal(
                .valueOutOfRange,
                "the payload has no value: rule \(policy.valueRule.rawValue) finds no field"
            )
        case .unusable(let detail):
            throw Refusal(.valueOutOfRange, detail)
        }
    }

    /// The first of the payload's time fields that names a time: epoch seconds or ISO 8601.
    package static func updatedAt(_ payload: JSONNode) -> Timestamp? {
        for field in timeFields {
            guard let node = payload[field] else { continue }
            if let seconds = node.number, let time = Timestamp(seconds: seconds) { return time }
            if let time = node.withUTF8(Timestamp.init(iso8601:)) ?? nil { return time }
        }
        return nil
    }
}
