internal import Federation
import Glibc

/// What tells, without reading a file, whether it is still the same.
struct FileFingerprint: Equatable, CustomStringConvertible {
    /// A file that was changed this recently could change again without its time of change showing it, in microseconds.
    private static let granularity: Int64 = 2_000_000

    private let facts: stat

    /// The fingerprint of the file at `path`; `nil` where there is none.
    init?(path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        self.facts = facts
    }

    /// The fingerprint of the open file `descriptor`.
    init?(descriptor: Int32) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return nil }
        self.facts = facts
    }

    var isRegularFile: Bool { facts.st_mode & S_IFMT == S_IFREG }
    var isFolder: Bool { facts.st_mode & S_IFMT == S_IFDIR }
    /// Whether others than the owner may read the file.
    var isReadableByOthers: Bool { facts.st_mode & (S_IRGRP | S_IROTH) != 0 }
    /// Whether others than this user and the administrator may write the file.
    var isWritableByOthers: Bool {
        let isForeign = facts.st_uid != 0 && facts.st_uid != geteuid()
        return facts.st_mode & (S_IWGRP | S_IWOTH) != 0 || isForeign && facts.st_mode & S_IWUSR != 0
    }
    var size: Int64 { Int64(facts.st_size) }
    var device: Int64 { Int64(bitPattern: UInt64(facts.st_dev)) }
    var inode: Int64 { Int64(bitPattern: UInt64(facts.st_ino)) }
    /// When the content was last written to.
    var modified: Timestamp {
        Timestamp(microseconds: Int64(facts.st_mtim.tv_sec) * 1_000_000 + Int64(facts.st_mtim.tv_nsec) / 1_000)
    }

    /// Whether both are the same file, under whatever name.
    func isSameFile(as other: FileFingerprint) -> Bool {
        facts.st_dev == other.facts.st_dev && facts.st_ino == other.facts.st_ino
    }

    /// Whether a later change is sure to show.
    func isSettled(at now: Timestamp) -> Bool {
        now.microseconds - Int64(facts.st_ctim.tv_sec) * 1_000_000 >= FileFingerprint.granularity
    }

    var description: String {
        "\(facts.st_dev):\(facts.st_ino):\(facts.st_size):\(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec)"
            + ":\(facts.st_ctim.tv_sec).\(facts.st_ctim.tv_nsec)"
    }

    static func == (left: FileFingerprint, right: FileFingerprint) -> Bool {
        left.description == right.description
    }
}
