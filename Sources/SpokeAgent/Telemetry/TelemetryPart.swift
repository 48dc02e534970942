package import Federation
internal import JSON

/// What was kept of a followed log.
package final class TelemetryPart: SourcePart {
    package let name: String
    package let passedOver: [String: Int64]
    private let part: Int64
    private let state: SpokeState
    private let changes: Int64

    init(name: String, part: Int64, state: SpokeState) throws {
        self.name = name
        self.part = part
        self.state = state
        changes = try state.followedLog(part)?.changes ?? 0
        passedOver = try state.passedOver(of: part)
    }

    package var fingerprint: String? { "\(changes)" }
    /// What is not in the log any more was only rotated away.
    package var isWhole: Bool { false }

    package func isSettled(at now: Timestamp) -> Bool { true }

    package func forEachRecord(_ body: (SourceRecord) throws -> Void) throws {
        try state.forEachHarvested(of: part) { number, text in
            let place = SourcePlace(offset: number, length: text.count)
            try body(
                SourceRecord(number: number, place: place, text: RecordSlice(bytes: text, length: text.count))
            )
        }
    }

    package func record(at place: SourcePlace) throws -> [UInt8]? {
        try state.harvested(place.offset)
    }
}
