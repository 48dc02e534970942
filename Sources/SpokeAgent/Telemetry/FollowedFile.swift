internal import Digest
internal import Federation

/// How far a file was read, and what tells that it is still the same file up to there.
struct FollowedFile: Equatable {
    /// Bytes at either end of what was read that are compared.
    private static let comparedBytes: Int64 = 1_024

    var device: Int64
    var inode: Int64
    /// Behind the last whole line.
    var position: Int64
    var headLength: Int64
    var headDigest: SHA256Digest
    var tailLength: Int64
    var tailDigest: SHA256Digest

    init(
        device: Int64,
        inode: Int64,
        position: Int64,
        headLength: Int64,
        headDigest: SHA256Digest,
        tailLength: Int64,
        tailDigest: SHA256Digest
    ) {
        self.device = device
        self.inode = inode
        self.position = position
        self.headLength = headLength
        self.headDigest = headDigest
        self.tailLength = tailLength
        self.tailDigest = tailDigest
    }

    /// `file`, read up to `position`.
    init(_ file: SourceFile, upTo position: Int64, hasher: SHA256) throws {
        device = file.fingerprint.device
        inode = file.fingerprint.inode
        self.position = position
        headLength = min(position, FollowedFile.comparedBytes)
        headDigest = try FollowedFile.digest(file, 0, headLength, hasher) ?? .none
        tailLength = headLength
        tailDigest = try FollowedFile.digest(file, position - tailLength, tailLength, hasher) ?? .none
    }

    /// Whether `file` has what was read, at the same place, whatever name it has and whether it is a copy.
    func isBeginning(of file: SourceFile, hasher: SHA256) throws -> Bool {
        guard try FollowedFile.digest(file, 0, headLength, hasher) == headDigest else { return false }
        return try FollowedFile.digest(file, position - tailLength, tailLength, hasher) == tailDigest
    }

    /// Whether this is about `file` itself.
    func isSame(as file: SourceFile) -> Bool {
        device == file.fingerprint.device && inode == file.fingerprint.inode
    }

    /// The digest of so many bytes; `nil` where the file has fewer.
    private static func digest(
        _ file: SourceFile,
        _ offset: Int64,
        _ length: Int64,
        _ hasher: SHA256
    ) throws -> SHA256Digest? {
        let bytes = try file.bytes(at: offset, length: Int(length))
        guard bytes.count == Int(length) else { return nil }
        hasher.update(bytes)
        return hasher.finish()
    }
}
