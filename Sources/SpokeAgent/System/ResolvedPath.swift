import Glibc

/// One name for a file or folder, however it is spelled: absolute, without links and detours.
enum ResolvedPath {
    /// The name of what `path` leads to from the present folder; of what is not there, as far as what is there goes.
    static func of(_ path: String) -> String {
        var there = path.hasPrefix("/") ? path : "./\(path)"
        var missing: [Substring] = []
        while true {
            if let resolved = real(there) {
                return ([resolved == "/" ? "" : resolved[...]] + missing).joined(separator: "/")
            }
            while there.count > 1, there.hasSuffix("/") { there.removeLast() }
            guard let slash = there.lastIndex(of: "/"), there.count > 1 else { return path }
            let name = there[there.index(after: slash)...]
            // What is above a folder that is not there, nobody knows.
            guard name != ".." else { return path }
            if name != "." { missing.insert(name, at: 0) }
            there = slash == there.startIndex ? "/" : String(there[..<slash])
        }
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
