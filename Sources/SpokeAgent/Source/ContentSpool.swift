internal import Federation
import Glibc

/// What a scan found that is to leave, so that it is not read, judged and made canonical a second time; in a file without
/// a name, which is gone with the program.
///
/// It is a convenience: what has no room in it, or cannot be written, is read again from its source.
final class ContentSpool {
    /// Where an item stands.
    struct Place {
        var offset: Int64
        var length: Int
    }

    private static let bufferBytes = 256 * 1024
    /// Of the numbers in front of each item: its value, and the lengths of payload and model.
    private static let headBytes = 16
    private static let noModel = UInt32.max

    private let descriptor: Int32
    private let limit: Int64
    private var buffer: [UInt8] = []
    /// Where the buffer begins.
    private var flushed: Int64 = 0
    private var isBroken = false

    /// A spool of up to `limit` bytes in `folder`; `nil` where none can be made.
    init?(in folder: String, limit: Int64 = SourceLimits.spoolBytes) {
        descriptor = ContentSpool.open(in: folder)
        guard descriptor >= 0 else { return nil }
        self.limit = limit
        buffer.reserveCapacity(2 * ContentSpool.bufferBytes)
    }

    deinit { close(descriptor) }

    private static func open(in folder: String) -> Int32 {
        var template = Array("\(folder)/.spool-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return descriptor }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// Keeps what is to be sent of `item`; `nil` where there is no room.
    func add(_ item: SourceItem) -> Place? {
        let model = item.vector?.model.map { Array($0.utf8) }
        let length =
            ContentSpool.headBytes + item.payload.count + (model?.count ?? 0) + (item.vector?.bytes.count ?? 0)
        let place = Place(offset: flushed + Int64(buffer.count), length: length)
        guard !isBroken, place.offset + Int64(length) <= limit else { return nil }
        append((item.value ?? .nan).bitPattern)
        append(UInt32(item.payload.count))
        append(model.map { UInt32($0.count) } ?? ContentSpool.noModel)
        buffer += item.payload
        buffer += model ?? []
        buffer += item.vector?.bytes ?? []
        if buffer.count >= ContentSpool.bufferBytes { flush() }
        return place
    }

    /// What was kept at `place` of the pattern that `change` names; `nil` where it cannot be read.
    func item(at place: Place, of change: ScanTable.Change) -> SourceItem? {
        flush()
        guard !isBroken, let vectorDigest = change.vectorDigest, let bytes = read(place) else { return nil }
        return bytes.withUnsafeBytes { bytes in
            let value = Double(bitPattern: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
            let payloadLength = Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            let modelLength = bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
            let payload = bytes[ContentSpool.headBytes...].prefix(payloadLength)
            let model = bytes[payload.endIndex...].prefix(modelLength == ContentSpool.noModel ? 0 : Int(modelLength))
            let vector = bytes[model.endIndex...]
            var item = SourceItem(id: change.id, standing: .offerable, value: value.isNaN ? nil : value)
            item.payload = Array(payload)
            item.checksum = change.checksum
            item.reasons = change.reasons
            if !vector.isEmpty {
                item.vector = PatternVector(
                    model: modelLength == ContentSpool.noModel ? nil : String(decoding: model, as: UTF8.self),
                    bytes: Array(vector),
                    digest: vectorDigest
                )
            }
            return item
        }
    }

    private func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number) { buffer.append(contentsOf: $0) }
    }

    private func flush() {
        var written = 0
        while written < buffer.count, !isBroken {
            let count = buffer.withUnsafeBytes { bytes in
                let rest = bytes.baseAddress.map { $0 + written }
                return pwrite(descriptor, rest, bytes.count - written, Int(flushed) + written)
            }
            if count < 0, errno != EINTR { isBroken = true }
            written += max(count, 0)
        }
        flushed += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    private func read(_ place: Place) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: place.length) { bytes, count in
            while count < place.length {
                let rest = bytes.baseAddress.map { $0 + count }
                let more = pread(descriptor, rest, place.length - count, Int(place.offset) + count)
                if more < 0, errno == EINTR { continue }
                guard more > 0 else { return }
                count += more
            }
        }
        return bytes.count == place.length ? bytes : nil
    }
}
