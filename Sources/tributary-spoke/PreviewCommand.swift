import ArgumentParser
import Federation
import JSON
import Presentation
import Replication
import SpokeAgent

/// What the next push would send.
struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Shows exactly what the next push would send and why, and sends nothing.",
        discussion: """
            EXAMPLES
              tributary-spoke preview --hub https://hub.example:8092 \\
                --node alice --token-file alice.token --state state \\
                --source jsonl:patterns
              tributary-spoke preview ... --content     each payload, just as it would leave
              tributary-spoke preview ... --json        every item, for programs

            It can be run beside a spoke that is running, and without the hub once
            that has been met: then by the policies as they were last known.
            """
    )

    @OptionGroup var options: HubOptions
    @OptionGroup var sources: SourceOptions

    @Flag(help: "Show each payload, just as it would leave.")
    var content = false

    @Option(help: ArgumentHelp("Items to show; the others are counted. Of --json, all.", valueName: "number"))
    var limit = 200

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is 0 or more.") }
    }

    func run() throws {
        SignalFlag.install()
        let configuration = try options.load(sources)
        try configuration.requireSource()
        let workplace = try Workplace(rehearsing: configuration, options, sources)
        let console = workplace.console
        if options.json {
            var isFirst = true
            console.result(Array(#"{"items":["#.utf8))
            let report = try workplace.hubs.preview(in: workplace.environment) { item in
                console.result(Array((isFirst ? "\n" : ",\n").utf8) + item.json(withPayload: content).bytes)
                isFirst = false
            }
            let rest: JSONValue = [
                "sent": .integer(report.sent), "bytes": .integer(report.bytes), "collections": .array(report.json),
                "notes": .array(report.notes.map { .string($0) }), "status": .string(report.status.name),
            ]
            console.result(Array("\n],".utf8) + rest.bytes.dropFirst() + Array("\n".utf8))
            return try end(with: report.status)
        }
        var table = TextTable(["collection", "pattern", "what", "value", "bytes", "from", "why"], numbers: 3..<5)
        var contents: [(String, [UInt8])] = []
        var more: Int64 = 0
        let report = try workplace.hubs.preview(in: workplace.environment) { item in
            guard contents.count < limit else {
                more += 1
                return
            }
            table.append([
                item.collection.text, item.shownID, item.kind.rawValue, item.value.map { "\($0)" } ?? "-",
                String(item.bytes), item.place, item.reason,
            ])
            contents.append(("\(item.collection) \(item.shownID)", content ? item.payload ?? [] : []))
        }
        print(table, contents, more, report, console)
        try end(with: report.status)
    }

    private func end(with status: ExitStatus) throws {
        guard status == .ok else { throw ExitCode(status.rawValue) }
    }

    private func print(
        _ table: TextTable,
        _ contents: [(String, [UInt8])],
        _ more: Int64,
        _ report: PreviewReport,
        _ console: Console
    ) {
        if !table.isEmpty, !contents.isEmpty { console.result(table.text) }
        for (name, payload) in contents where !payload.isEmpty {
            console.result(Console.harmless(name))
            console.resultJSON(String(decoding: payload, as: UTF8.self))
        }
        if more > 0 { console.result("and \(more) more; --limit shows more, --json all") }
        if !contents.isEmpty { console.result(" ") }
        console.result(report.lines.joined(separator: "\n"))
        let items = report.sent == 1 ? "1 item" : "\(report.sent) items"
        console.result(
            report.sent == 0
                ? "The next push would send nothing." : "The next push would send \(items), \(report.bytes) bytes."
        )
    }
}
