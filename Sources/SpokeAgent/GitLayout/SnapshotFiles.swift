internal import Federation
import Glibc

/// The snapshots of one collection in a folder, by the dates in their names.
struct SnapshotFiles {
    /// How a snapshot begins that a spoke wrote.
    static let ownBeginning = #"{"federation":"#

    let collection: CollectionName
    let folder: String

    /// The names of dated snapshots, the newest first.
    ///
    /// Dates are spelled `YYYY-MM-DD` or `YYYYMMDD-HHMMSS`.
    func dated() -> [String] {
        Folder.names(in: folder).compactMap { name in date(in: name).map { (name, $0) } }
            .sorted { ($1.1, $1.0) < ($0.1, $0.0) }.map(\.0)
    }

    /// The name that this machine's own snapshot for `time` gets: what others wrote is left alone.
    func ownName(at time: Timestamp) -> String {
        let day = "\(collection)-\(time.description.prefix(10)).json"
        guard FileFingerprint(path: "\(folder)/\(day)") != nil, !isOwn(day) else { return day }
        let stamp = time.description.prefix(19).filter { $0 != "-" && $0 != ":" }
            .split(separator: "T").joined(separator: "-")
        return "\(collection)-\(stamp).json"
    }

    /// The latest snapshot that no spoke wrote: the one that the link leads to, or the newest by its name.
    func latestOfOthers() -> String? {
        let latest = GitLayout.latestName(collection)
        let names = [latest] + dated()
        return names.first { FileFingerprint(path: "\(folder)/\($0)")?.isRegularFile == true && !isOwn($0) }
            .map { "\(folder)/\($0)" }
    }

    /// Whether a spoke wrote the snapshot called `name`.
    func isOwn(_ name: String) -> Bool {
        let beginning = Array(SnapshotFiles.ownBeginning.utf8)
        return (try? SourceFile("\(folder)/\(name)").bytes(at: 0, length: beginning.count)) == beginning
    }

    /// The digits of the date in `name`; `nil` where it is no snapshot of the collection.
    private func date(in name: String) -> String? {
        guard name.hasPrefix("\(collection)-"), name.hasSuffix(".json") else { return nil }
        let text = name.dropFirst(collection.text.utf8.count + 1).dropLast(5)
        let digits = text.filter { $0 != "-" }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        let isDay = digits.utf8.count == 8 && (text.utf8.count == 8 || text.utf8.count == 10)
        return isDay || digits.utf8.count == 14 ? digits : nil
    }
}
