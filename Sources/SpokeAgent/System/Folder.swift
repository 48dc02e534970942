import Glibc

/// Folders on the disk.
enum Folder {
    /// Makes the folder at `path` and those above it that are missing; throws ``SpokeError``, whose advice names `option`.
    static func make(_ path: String, mode: mode_t, option: String) throws(SpokeError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            if !made.isEmpty, made != "/" { made += "/" }
            made += part
            // Folders further up may be there without this user's being allowed to make them.
            if mkdir(made, mode) == 0 || FileFingerprint(path: made)?.isFolder == true { continue }
            throw SpokeError(
                .configuration,
                "the folder \(path) cannot be made: \(SystemError.text()); check \(option) and its permissions"
            )
        }
    }

    /// What is in the folder at `path`, by name; nothing where there is none.
    static func names(in path: String) -> [String] {
        guard let listing = opendir(path) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes the folder at `path` with everything in it, as far as that can be done.
    static func remove(_ path: String) {
        for name in names(in: path) where unlink("\(path)/\(name)") != 0 {
            remove("\(path)/\(name)")
        }
        rmdir(path)
    }

    /// The folder that the file at `path` is in.
    static func containing(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes what was renamed in the folder at `path` survive a power cut.
    static func synchronize(_ path: String) throws(SpokeError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpokeError(.failure, "\(path) cannot be opened: \(SystemError.text())") }
        defer { close(descriptor) }
        // Some file systems cannot do this for folders, and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw SpokeError(.failure, "\(path) cannot be written: \(SystemError.text()); check the disk")
        }
    }
}
