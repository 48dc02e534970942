package import Digest
package import Federation
import Gzip

/// One reading of a snapshot from its beginning to its end, chunk by chunk.
package final class SnapshotStream {
    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]

    private let input: SnapshotInput
    private let reader: SnapshotReader
    private var inflater: GzipInflater?
    private var buffer = [UInt8](repeating: 0, count: SnapshotLimits.chunkBytes)
    private var unpacked: [UInt8] = []
    private var offset: Int64 = 0
    /// What the snapshot turned out to be; `nil` before its end.
    package private(set) var summary: SnapshotSummary?

    package init(_ input: SnapshotInput, hasher: SHA256) {
        self.input = input
        reader = SnapshotReader(hasher: hasher)
    }

    /// Reads on, and calls `body` with each entry that came; returns false at the end.
    ///
    /// Throws a ``SnapshotFileError``, or what `body` throws.
    package func advance(_ body: (CollectionName, SnapshotEntry) throws -> Void) throws -> Bool {
        guard summary == nil else { return false }
        do {
            // The first bytes tell whether it is compressed, so there have to be as many.
            var count = try fill(from: 0)
            while offset == 0, count > 0, count < SnapshotStream.gzipMagic.count {
                let more = try fill(from: count)
                if more == 0 { break }
                count += more
            }
            if count == 0 {
                try inflater?.finish()
                summary = try reader.finish()
                return false
            }
            if offset == 0, buffer.starts(with: SnapshotStream.gzipMagic) {
                inflater = try GzipInflater(
                    maximumOutput: SnapshotLimits.unpackedBytes,
                    maximumRatio: SnapshotLimits.ratio
                )
            }
            offset += Int64(count)
            try take(count, body)
            return true
        } catch let error as SnapshotError {
            throw SnapshotFileError(error, in: input.name)
        } catch let error as GzipError {
            throw failure(error)
        }
    }

    private func fill(from start: Int) throws -> Int {
        try buffer.withUnsafeMutableBytes { bytes in
            let room = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            return try input.read(into: room, at: offset + Int64(start))
        }
    }

    private func take(_ count: Int, _ body: (CollectionName, SnapshotEntry) throws -> Void) throws {
        guard let inflater else {
            return try buffer.withUnsafeBytes { bytes in
                try reader.read(UnsafeRawBufferPointer(rebasing: bytes[..<count]), body)
            }
        }
        // Little by little: a little that is packed well becomes a lot.
        for start in stride(from: 0, to: count, by: SnapshotStream.packedPiece) {
            let end = min(start + SnapshotStream.packedPiece, count)
            unpacked.removeAll(keepingCapacity: true)
            try buffer.withUnsafeBytes { bytes in
                try inflater.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), into: &unpacked)
            }
            try unpacked.withUnsafeBytes { try reader.read($0, body) }
        }
    }

    /// Packed bytes that are unpacked at once: to four megabytes at most.
    private static let packedPiece = 4 * 1024

    private func failure(_ error: GzipError) -> SnapshotFileError {
        switch error.kind {
        case .truncated:
            SnapshotFileError(SnapshotError(.truncated, "the compressed data ends too early"), in: input.name)
        case .outOfMemory: SnapshotFileError(.failed, "\(input.name) cannot be unpacked: there is no memory for it")
        case .corrupt, .tooLarge:
            SnapshotFileError(SnapshotError(.damaged, "the compressed data: \(error.message)"), in: input.name)
        }
    }
}
