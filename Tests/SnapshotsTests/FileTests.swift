import Digest
import Federation
import Foundation
import Gzip
import Snapshots
import Testing

@Suite("Files of snapshots")
struct FileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "tributary-\(UUID().uuidString)").path

    /// Calls `body` in a folder that is gone afterwards.
    private func inFolder(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body()
    }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// An empty snapshot.
    private func snapshot() throws -> [UInt8] {
        let skills = try #require(CollectionName("skills-patterns"))
        let manifest = SnapshotManifest(
            nodeID: "here",
            takenAt: nil,
            entries: [.init(collection: skills, set: SetDigest())]
        )
        var writer = SnapshotWriter(manifest, hasher: SHA256())
        var bytes: [UInt8] = []
        writer.begin(to: &bytes)
        writer.begin(skills, to: &bytes)
        try writer.end(to: &bytes)
        return bytes
    }

    private func read(_ name: String, isReadTwice: Bool = false) throws -> SnapshotSummary? {
        let stream = SnapshotStream(try SnapshotInput(path(name), isReadTwice: isReadTwice), hasher: SHA256())
        while try stream.advance({ _, _ in }) {}
        return stream.summary
    }

    @Test("A compressed snapshot is read as one, and no beginning of it is")
    func compressed() throws {
        try inFolder {
            let output = try SnapshotOutput(path("s.json.gz"))
            try output.append(try snapshot())
            try output.finish()
            #expect(try read("s.json.gz")?.isVerified == true)
            let packed = try #require(FileManager.default.contents(atPath: path("s.json.gz")))
            #expect(Array(packed.prefix(2)) == [0x1F, 0x8B])
            #expect(output.written == Int64(packed.count))
            for end in 2..<packed.count {
                try packed.prefix(end).write(to: URL(filePath: path("cut")))
                let error = try #require(throws: SnapshotFileError.self) { _ = try read("cut") }
                #expect(error.kind == .damaged, "\(end)")
                #expect(error.description.contains(path("cut")))
            }
        }
    }

    @Test("A file is whole or not there, and what was there before stays until then")
    func atomic() throws {
        try inFolder {
            try Data("before".utf8).write(to: URL(filePath: path("s.json")))
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path("s.json"))
            try FileManager.default.createSymbolicLink(atPath: path("link.json"), withDestinationPath: path("s.json"))
            var output: SnapshotOutput? = try SnapshotOutput(path("link.json"))
            try output?.append(try snapshot())
            #expect(throws: SnapshotFileError.self) { _ = try SnapshotOutput(path("s.json")) }
            output = nil
            #expect(FileManager.default.contents(atPath: path("s.json")) == Data("before".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["link.json", "s.json"])
            let whole = try SnapshotOutput(path("link.json"))
            try whole.append(try snapshot())
            try whole.finish()
            #expect(try read("s.json")?.isVerified == true)
            let facts = try FileManager.default.attributesOfItem(atPath: path("s.json"))
            #expect(facts[.posixPermissions] as? Int == 0o640)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["link.json", "s.json"])
        }
    }

    @Test("A device is written in place, not replaced")
    func device() throws {
        let output = try SnapshotOutput("/dev/null")
        try output.append(try snapshot())
        try output.finish()
        let facts = try FileManager.default.attributesOfItem(atPath: "/dev/null")
        #expect(facts[.type] as? FileAttributeType == .typeCharacterSpecial)
    }

    @Test("What cannot be opened is named")
    func unusable() throws {
        try inFolder {
            for name in ["none", "."] {
                let error = try #require(throws: SnapshotFileError.self) { _ = try read(name) }
                #expect(error.kind == .unusable)
            }
            let error = try #require(throws: SnapshotFileError.self) { _ = try SnapshotOutput(path("none/s.json")) }
            #expect(error.kind == .unusable)
        }
    }
}
