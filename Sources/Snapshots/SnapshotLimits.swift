/// Every bound that reading and writing files of snapshots has.
enum SnapshotLimits {
    /// Bytes read or written at once.
    static let chunkBytes = 64 * 1024
    /// Bytes that one snapshot may unpack to: more than any federation has, and not endless.
    static let unpackedBytes = 1 << 42
    /// Bytes unpacked per packed byte: what is read is never held, so whatever the format can do is harmless.
    static let ratio = 2_000
}
