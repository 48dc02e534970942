internal import Federation
internal import Replication

extension Doctor {
    /// What is to be said of one source.
    func sourceFindings(_ text: String, _ configuration: SpokeConfiguration) -> [Finding] {
        do {
            let source = try SourceKind.source(
                text,
                home: surroundings.home,
                rules: configuration.eventRules()
            ).configured(by: configuration.qdrant)
            if let qdrant = source as? QdrantSource {
                return qdrantFindings("source", qdrant.endpoint, configuration)
            }
            // What is another node's own depends on who this one is.
            guard let hub = try? configuration.hubs().first else {
                _ = try source.contents()
                return [.ok("source", "\(text) can be opened")]
            }
            let sample = try SourceSample(
                source,
                node: hub.node,
                outgoing: configuration.outgoing(),
                manifest: heldManifest(configuration, hub),
                now: now
            )
            return findings(of: sample, text)
        } catch {
            return [
                .problem(
                    "source",
                    "\(text): \(error)",
                    fix: "correct \(configuration.origin(of: .sources)), or the permissions there"
                )
            ]
        }
    }

    /// What the hub was like when it was last met.
    private func heldManifest(_ configuration: SpokeConfiguration, _ hub: HubSettings) -> ManifestDocument? {
        guard let path = try? configuration.state(), let state = try? StateFolder(path).openExisting() else {
            return nil
        }
        return try? state.heldManifest(of: hub.node, at: hub.endpoint.text)?.0
    }

    private func findings(of sample: SourceSample, _ text: String) -> [Finding] {
        var findings = sample.problems.map {
            Finding.problem("source", $0, fix: "until then nothing of it is shared, and nothing taken back")
        }
        if !sample.unknown.isEmpty {
            findings.append(
                .warning(
                    "source",
                    "the hub has no collection for \(sample.unknown.prefix(3).joined(separator: ", "))",
                    fix: "rename them, or ask the hub's operator for `tributary-hub collection set NAME`"
                )
            )
        }
        if let example = sample.example {
            let share = 100 * sample.unreadable / max(sample.read, 1)
            let found =
                "\(text): \(sample.unreadable) of the first \(sample.read) records cannot be read, such as"
                + " \(ShownText.of(example))"
            let fix = "correct them; 'tributary-spoke sync' lists them with their lines"
            let isBad = share >= DoctorLimits.unreadablePercent && sample.unreadable == sample.read
            findings.append(isBad ? .problem("source", found, fix: fix) : .warning("source", found, fix: fix))
        }
        if sample.shareable > 0, sample.notShared == sample.shareable {
            findings.append(
                .warning(
                    "sharing",
                    "\(text): the rules of sharing let none of the first \(sample.shareable) patterns leave",
                    fix: "check 'share'; 'tributary-spoke config show --origin' tells where it is set"
                )
            )
        }
        guard findings.isEmpty else { return findings }
        return [
            sample.read == 0
                ? .warning("source", "\(text) has no patterns", fix: "check the folder and the names of its files")
                : .ok("source", "\(text) can be read")
        ]
    }

    /// What is to be said of one sink.
    func sinkFindings(_ text: String, _ configuration: SpokeConfiguration) -> [Finding] {
        let origin = configuration.origin(of: .sinks)
        let sink: any WinnerSink
        do throws(SpokeError) {
            sink = try SinkKind.sink(text, home: surroundings.home).configured(by: configuration.qdrant)
        } catch {
            return [.problem("sink", "\(text): \(error)", fix: "correct \(origin)")]
        }
        if let qdrant = sink as? QdrantSink { return qdrantFindings("sink", qdrant.endpoint, configuration) }
        guard let folder = sink.folder else { return [.ok("sink", text)] }
        guard let facts = FileFingerprint(path: folder) else { return absentFindings("sink", folder) }
        guard facts.isFolder else {
            return [.problem("sink", "\(folder) is no folder", fix: "remove it, or correct \(origin)")]
        }
        var findings = spaceFindings("sink", folder)
        if findings.allSatisfy({ $0.level != .problem }), let words = DiskSpace.writeProblem(in: folder) {
            findings.append(
                .problem(
                    "sink",
                    "\(folder) cannot be written: \(words)",
                    fix: "check its owner, permissions and file system"
                )
            )
        }
        return findings
    }

    /// Whether a sink would write over a source.
    func overlapFindings(_ configuration: SpokeConfiguration) -> [Finding] {
        guard let hub = try? configuration.hubs().first,
            let sources = try? configuration.openSources(home: surroundings.home),
            let sinks = try? configuration.openSinks(home: surroundings.home)
        else { return [] }
        do {
            _ = try SpokeSettings(endpoint: hub.endpoint, node: hub.node, sources: sources, sinks: sinks)
            return []
        } catch { return [.problem("sink", "\(error)", fix: "correct \(configuration.origin(of: .sinks))")] }
    }
}
