package import Federation
internal import JSON

/// A file with one pattern per line.
package final class JSONLPart: SourcePart {
    private let file: SourceFile

    init(_ file: SourceFile) {
        self.file = file
    }

    package var name: String { file.path }
    package var fingerprint: String? { file.fingerprint.description }
    package var isWhole: Bool { true }

    package func isSettled(at now: Timestamp) -> Bool {
        file.fingerprint.isSettled(at: now)
    }

    package func forEachRecord(_ body: (SourceRecord) throws -> Void) throws {
        var lines = LineReader(file, limit: SourceLimits.lineBytes)
        try lines.forEachLine { line in
            let place = SourcePlace(offset: line.offset, length: line.record.length)
            try body(SourceRecord(number: line.number, place: place, text: line.record))
        }
    }

    package func record(at place: SourcePlace) throws -> [UInt8]? {
        try file.bytes(at: place.offset, length: place.length)
    }
}
