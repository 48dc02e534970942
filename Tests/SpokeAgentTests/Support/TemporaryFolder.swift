import Glibc

/// A folder that is gone, with all in it, when the test is.
final class TemporaryFolder {
    let path: String
    private var writes = 0

    init() {
        var template = Array("/tmp/tributary-spoke-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nowhere"
    }

    deinit {
        TemporaryFolder.remove(path)
    }

    /// The path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and the folder it stands in.
    func write(_ name: String, _ text: String) {
        let parts = name.split(separator: "/").dropLast()
        var folder = path
        for part in parts {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
        guard let file = fopen(self(name), "w") else { return }
        fputs(text, file)
        fclose(file)
        // Clocks of file systems are coarse; each write gets a second of its own.
        writes += 1
        var times = [
            timespec(tv_sec: 1_000_000 + writes, tv_nsec: 0), timespec(tv_sec: 1_000_000 + writes, tv_nsec: 0),
        ]
        utimensat(AT_FDCWD, self(name), &times, 0)
    }

    /// Overwrites a part of a file.
    func scribble(_ name: String, from offset: Int, count: Int) {
        guard let file = fopen(self(name), "r+") else { return }
        fseek(file, offset, SEEK_SET)
        for index in 0..<count { fputc(Int32(index % 251), file) }
        fclose(file)
    }

    /// The text of a file; `nil` where there is none.
    func read(_ name: String) -> String? {
        guard let file = fopen(self(name), "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What tells whether a file was replaced.
    func inode(_ name: String) -> UInt64 {
        var facts = stat()
        return stat(self(name), &facts) == 0 ? UInt64(facts.st_ino) : 0
    }

    /// The permissions of a file.
    func mode(_ name: String) -> UInt32 {
        var facts = stat()
        return stat(self(name), &facts) == 0 ? facts.st_mode & 0o777 : 0
    }

    /// Names in the folder.
    func names(_ name: String = ".") -> [String] { TemporaryFolder.names(self(name)) }

    private static func names(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in names(path) { remove("\(path)/\(name)") }
        rmdir(path)
    }
}
