package import Federation
internal import JSON

/// What was kept of a followed log.
package final class TelemetryPart: SourcePart {
    package let name: String
    package let passedOver: [String: Int64]
    private let part: Int64
    private let state: SpokeState
    private let changes: Int64
    private let hasNews: Bool

    /// What was kept of the log under `part`; `hasNews` where there is more in it that was not read yet.
    init(name: String, part: Int64, hasNews: Bool, state: SpokeState) throws {
        self.name = name
        self.part = part
        self.hasNews = hasNews
        self.state = state
        changes = try state.followedLog(part)?.changes ?? 0
        passedOver = try state.passedOver(of: part)
    }

    package var fingerprint: String? { hasNews ? "\(changes) and more" : "\(changes)" }
    /// What is not in the log any more was only rotated away.
    package var isWhole: Bool { false }

    package func isSettled(at now: Timestamp) -> Bool { true }

    package func forEachRecord(_ body: (SourceRecord) throws -> Void) throws {
        try state.forEachHarvested(of: part) { number, text in
            let place = SourcePlace(offset: number, length: text.count)
            try body(
                SourceRecord(number: 0, place: place, text: RecordSlice(bytes: text, length: text.count))
            )
        }
    }

    package func record(at place: SourcePlace) throws -> [UInt8]? {
        try state.harvested(place.offset)
    }
}
