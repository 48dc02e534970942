import Foundation
import Testing

@Suite("House rules")
struct HouseRulesTests {
    private static let greatestFile = 400
    /// Places that put text into SQL, each with a comment why; a new one is a decision.
    private static let permittedSplices = 6

    private func product() throws -> [SourceTree.File] {
        try SourceTree.swiftFiles(under: "Sources") + SourceTree.swiftFiles(under: "migrations")
    }

    @Test("No file is longer than 400 lines")
    func sizes() throws {
        let tests = try SourceTree.files(under: "Tests") { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }
        for file in try product() + tests {
            #expect(file.lines.count <= HouseRulesTests.greatestFile + 1, "\(file.path)")
        }
    }

    @Test(
        "What silences a problem is not there",
        arguments: [
            "try!", "fatalError(", "@unchecked Sendable", "nonisolated(unsafe)", "TODO", "FIXME", "XCTSkip",
            "withKnownIssue", ".disabled(",
        ]
    )
    func silenced(word: String) throws {
        for file in try product() {
            for (number, line) in file.lines.enumerated() where line.contains(word) {
                Issue.record("\(file.path):\(number + 1) has \(word)")
            }
        }
    }

    @Test("SQL is in the store and nowhere else")
    func sql() throws {
        let statements = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE "]
        for file in try SourceTree.swiftFiles(under: "Sources")
        where !file.path.hasPrefix("Sources/HubStore") && !file.path.hasPrefix("Sources/Postgres")
            && !file.path.hasPrefix("Sources/SQLite/")
            && !file.path.hasPrefix("Sources/SpokeAgent/State")
        {
            for (number, line) in file.lines.enumerated() where statements.contains(where: line.contains) {
                Issue.record("\(file.path):\(number + 1) has SQL")
            }
        }
    }

    @Test("Values are bound, not spliced")
    func splices() throws {
        // What is spliced counts, not how often: a list of columns has one spelling.
        let splices = try SourceTree.swiftFiles(under: "Sources/HubStore").flatMap { file in
            file.lines.compactMap { line in
                line.range(of: "unescaped: ").map { String(line[$0.upperBound...].prefix { $0 != ")" }) }
            }
        }
        #expect(Set(splices).count <= HouseRulesTests.permittedSplices, "\(splices)")
    }

    @Test("Every type that crosses a target says what it is")
    func documented() throws {
        let kinds = ["struct", "enum", "class", "actor", "protocol"]
        for file in try product() {
            for (number, line) in file.lines.enumerated() {
                let words = line.split(separator: " ").map(String.init)
                guard words.first == "package", words.dropFirst().prefix(2).contains(where: kinds.contains) else {
                    continue
                }
                let above = file.lines[..<number].last { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("@") }
                let isDocumented = above?.trimmingCharacters(in: .whitespaces).hasPrefix("///") ?? false
                #expect(isDocumented, "\(file.path):\(number + 1) \(line)")
            }
        }
    }

    @Test("Every relative link of the documents leads somewhere")
    func links() throws {
        let documents = try SourceTree.files(under: "docs") { $0.hasSuffix(".md") }
        for document in documents {
            let folder = URL(filePath: "/" + document.path).deletingLastPathComponent()
            for target in document.lines.joined(separator: "\n").matches(of: /\]\(([^)#]+)[^)]*\)/).map(\.1)
            where !target.contains("://") {
                let path = folder.appending(path: String(target)).standardized.path
                let exists = FileManager.default.fileExists(atPath: SourceTree.absolute(path))
                #expect(exists, "\(document.path) links to \(target)")
            }
        }
    }
}
