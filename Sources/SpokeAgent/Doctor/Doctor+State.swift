internal import SQLite

extension Doctor {
    private static let state = "state"

    /// What is to be said of the folder for the state, without opening the state.
    func stateFolderFindings(_ path: String) -> [Finding] {
        let folder = StateFolder(path)
        guard let facts = FileFingerprint(path: path) else { return absentFindings(Doctor.state, path) }
        guard facts.isFolder else {
            return [.problem(Doctor.state, "\(path) is no folder", fix: "remove it, or give another --state")]
        }
        var findings = spaceFindings(Doctor.state, path)
        if findings.allSatisfy({ $0.level != .problem }), let words = DiskSpace.writeProblem(in: path) {
            findings.append(
                .problem(
                    Doctor.state,
                    "\(path) cannot be written: \(words)",
                    fix: "check its owner and permissions, and that its file system is not mounted read-only"
                )
            )
        }
        if facts.isReadableByOthers {
            findings.append(
                .warning(
                    Doctor.state,
                    "\(path) can be read by other users of this machine",
                    fix: "chmod 700 \(path)"
                )
            )
        }
        if folder.isInUse {
            findings.append(.ok(Doctor.state, "a running tributary-spoke works with \(path)"))
        }
        return findings
    }

    /// What is to be said of the state itself.
    func stateFindings(_ folder: StateFolder) -> [Finding] {
        guard folder.exists else { return [] }
        do {
            let database = try SQLiteDatabase(path: folder.databasePath)
            if let finding = try database.integrityCheck().first { return [Doctor.damaged(folder, finding)] }
            let version = try database.userVersion
            let sound = Finding.ok(Doctor.state, "\(folder.databasePath) is sound, schema \(version)")
            // An older one is left to the next round: looking changes nothing. A newer one is refused.
            guard version >= SpokeState.schemaVersion else { return [sound] }
            let state = try SpokeState(database: database)
            if let finding = try state.contentFindings().first { return [Doctor.damaged(folder, finding)] }
            var result = [sound]
            if let error = try state.fact(.lastError) {
                result.append(
                    .warning(
                        Doctor.state,
                        "the last round failed: \(error)",
                        fix: "do what it says; 'tributary-spoke status'"
                    )
                )
            }
            return result
        } catch let error as SQLiteError where error.kind == .corrupt || error.kind == .notADatabase {
            return [Doctor.damaged(folder, error.description)]
        } catch {
            return [
                .problem(Doctor.state, "\(error)", fix: "check the folder's owner, permissions and file system")
            ]
        }
    }

    /// That the state is damaged; the next round is to look for itself.
    private static func damaged(_ folder: StateFolder, _ words: String) -> Finding {
        folder.suspect()
        return .problem(
            state,
            "\(folder.databasePath) is damaged (\(words))",
            fix: "run 'tributary-spoke sync': it moves the file aside and fills a new one from the hub and the sources;"
                + " then check the disk"
        )
    }

    /// What is to be said of a folder that is not there yet: whether it can be made.
    func absentFindings(_ check: String, _ path: String) -> [Finding] {
        var above = path.hasPrefix("/") ? path : "./\(path)"
        while above.count > 1, FileFingerprint(path: above) == nil {
            above = String(above[..<(above.lastIndex(of: "/") ?? above.startIndex)])
            if above.isEmpty { above = "/" }
        }
        let problems = spaceFindings(check, above).filter { $0.level == .problem }
        guard problems.isEmpty else { return problems }
        guard let words = DiskSpace.writeProblem(in: above) else {
            return [.ok(check, "\(path) is not there yet; the first round makes it")]
        }
        return [
            .problem(
                check,
                "\(path) is not there and cannot be made: \(above): \(words)",
                fix: "make it yourself, or name another folder"
            )
        ]
    }

    /// What is to be said of the space where the folder at `path` is.
    func spaceFindings(_ check: String, _ path: String) -> [Finding] {
        guard let free = DiskSpace.free(at: path) else { return [] }
        let megabytes = free / (1024 * 1024)
        let found = "\(megabytes) MB are free at \(path)"
        if free < DoctorLimits.freeProblem {
            return [.problem(check, found, fix: "make room there: a round may fail at any time")]
        }
        if free < DoctorLimits.freeWarning { return [.warning(check, found, fix: "make room there soon")] }
        return [.ok(check, "\(path) has room")]
    }
}
