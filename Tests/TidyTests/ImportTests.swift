import Foundation
import Testing

@Suite("Arrows point down")
struct ImportTests {
    /// What each target may import.
    ///
    /// Anything else is forbidden, also where the compiler would let it through because it is somewhere beneath.
    static let permitted: [String: Set<String>] = [
        "JSON": ["CLibJansson", "Glibc"],
        "Digest": ["CLibCrypto"],
        "Gzip": ["CLibZ"],
        "Postgres": ["CLibPQ", "Glibc", "Dispatch", "Synchronization"],
        "PostgresCluster": ["Glibc", "Dispatch", "Synchronization"],
        "Curl": ["CLibCurl", "Glibc"],
        "SQLite": ["CLibSQLite", "Glibc"],
        "Federation": ["JSON", "Digest", "Glibc", "Dispatch", "Synchronization"],
        "Egress": ["JSON", "Digest", "Glibc"],
        "Presentation": ["JSON"],
        "Snapshots": ["Federation", "Digest", "Gzip", "Glibc"],
        "Qdrant": ["Curl", "JSON", "Presentation"],
        "Settings": ["JSON", "Presentation"],
        "Replication": ["Federation", "JSON", "Digest", "Curl"],
        "HubStore": ["Federation", "JSON", "Digest", "Postgres", "Migrations"],
        "HubService": [
            "HubStore", "Replication", "Federation", "JSON", "Digest", "Gzip", "PostgresCluster", "Hummingbird",
            "HummingbirdCore", "HTTPTypes", "NIOCore", "ServiceLifecycle", "UnixSignals", "Logging", "Synchronization",
            "Dispatch", "Glibc",
        ],
        "SpokeAgent": [
            "Replication", "Settings", "Presentation", "Snapshots", "Egress", "Federation", "JSON", "Digest", "SQLite",
            "Qdrant", "Glibc", "Synchronization",
        ],
        "tributary-hub": [
            "HubService", "HubStore", "Replication", "Settings", "Presentation", "Snapshots", "Federation", "JSON",
            "Digest", "ArgumentParser", "Logging", "Glibc", "Dispatch", "CLibMalloc",
        ],
        "tributary-spoke": [
            "SpokeAgent", "Replication", "Settings", "Presentation", "Snapshots", "Egress", "Federation", "JSON",
            "ArgumentParser", "Glibc",
        ],
    ]

    @Test("No target imports what the table does not permit", arguments: Array(permitted.keys).sorted())
    func imports(target: String) throws {
        let files = try SourceTree.swiftFiles(under: "Sources/\(target)")
        #expect(!files.isEmpty)
        for file in files {
            for (number, line) in file.lines.enumerated() {
                guard let module = ImportTests.importedModule(line) else { continue }
                #expect(
                    ImportTests.permitted[target]?.contains(module) == true,
                    "\(file.path):\(number + 1) imports \(module)"
                )
            }
        }
    }

    @Test("Every target is in the table")
    func complete() throws {
        let targets = try SourceTree.directories(under: "Sources").filter { !$0.hasPrefix("CLib") }
        #expect(Set(targets) == Set(ImportTests.permitted.keys))
    }

    @Test("The checker reads imports of every spelling")
    func bites() {
        #expect(ImportTests.importedModule("package import Postgres") == "Postgres")
        #expect(ImportTests.importedModule("internal import struct Foundation.Date") == "Foundation")
        #expect(ImportTests.importedModule("@preconcurrency import NIOCore") == "NIOCore")
        #expect(ImportTests.importedModule("// import Postgres") == nil)
        #expect(ImportTests.importedModule("let important = 1") == nil)
    }

    private static func importedModule(_ line: String) -> String? {
        let words = line.split(separator: " ").map(String.init)
        guard let position = words.firstIndex(of: "import"),
            words[..<position].allSatisfy({ $0.hasPrefix("@") || ["package", "internal", "private"].contains($0) })
        else { return nil }
        let kinds: Set<String> = ["struct", "class", "enum", "func", "protocol", "typealias", "var"]
        let name = words[(position + 1)...].first { !kinds.contains($0) }
        return name?.split(separator: ".").first.map(String.init)
    }
}
