import Glibc

/// The few operations on files that the cluster needs, each safe when the directory belongs to a less trusted account.
enum FileSystem {
    /// Owner and mode of what is at a path.
    struct Attributes {
        let owner: uid_t
        let group: gid_t
        let mode: mode_t
        let size: Int
        let device: UInt64
        let inode: UInt64

        var isDirectory: Bool { mode & S_IFMT == S_IFDIR }

        /// Whether both are the same file or directory.
        func isSame(as other: Attributes) -> Bool { device == other.device && inode == other.inode }
    }

    /// Nil when there is nothing at the path, or it may not be looked at.
    static func attributes(_ path: String, followingLinks: Bool = true) -> Attributes? {
        var buffer = stat()
        let code = followingLinks ? stat(path, &buffer) : lstat(path, &buffer)
        guard code == 0 else { return nil }
        return Attributes(
            owner: buffer.st_uid,
            group: buffer.st_gid,
            mode: buffer.st_mode,
            size: Int(buffer.st_size),
            device: UInt64(buffer.st_dev),
            inode: UInt64(buffer.st_ino)
        )
    }

    /// Makes a directory and those above it that are missing.
    static func makeDirectories(_ path: String, mode: mode_t) throws(PostgresClusterError) {
        if attributes(path)?.isDirectory == true { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectories(String(path[..<slash]), mode: 0o755)
        }
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw failure("The directory \(path) could not be made")
        }
    }

    /// The start of a file as text; nil when it cannot be read.
    ///
    /// A symbolic link is not followed.
    static func read(_ path: String, limit: Int = 64 * 1024, fromOffset offset: Int = 0) -> String? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + filled }, limit - filled, off_t(offset + filled))
            }
            guard count > 0 else { break }
            filled += count
        }
        return String(decoding: bytes[..<filled], as: UTF8.self)
    }

    /// Replaces a file as a whole: beside it first, then by its name.
    ///
    /// The new file is made exclusively, so a symbolic link put there by another account leads nowhere.
    static func replace(_ path: String, with text: String, owner: ClusterAccount?) throws(PostgresClusterError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("The file \(temporary) could not be made") }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("The file \(temporary) could not be written") }
            bytes = bytes.dropFirst(count)
        }
        if let owner, fchown(descriptor, owner.userID, owner.groupID) != 0 {
            throw failure("The file \(temporary) could not be given to \(owner.name)")
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw failure("The file \(path) could not be written")
        }
    }

    /// Makes a directory's entries durable.
    static func synchronize(directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The names in a directory, without `.` and `..`.
    static func entries(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The target of a symbolic link.
    static func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, bytes.count) } ?? 0
        }
        return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }

    /// The path without symbolic links; nil when nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// A directory error that ends with the system's reason.
    static func failure(_ what: String) -> PostgresClusterError {
        let reason = String(cString: strerror(errno))
        return PostgresClusterError(.directory, "\(what): \(reason). Check the data directory, its owner and the disk.")
    }
}
