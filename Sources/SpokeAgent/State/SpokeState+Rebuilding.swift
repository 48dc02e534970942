internal import SQLite

extension SpokeState {
    /// Forgets everything that hub, sources and sinks tell again.
    ///
    /// What they do not is kept: what was read from logs that were rotated away since, which files have contributed, and
    /// what other nodes' winners said once.
    package func forgetDerived() throws {
        try database.transaction {
            for table in ["offered", "winners", "withdrawn", "sink_files", "sink_points", "sink_positions", "facts"] {
                try database.execute("DELETE FROM \(table)")
            }
            try sealSchema()
            try database.execute(
                """
                UPDATE collections SET cursor = NULL, is_sweeping = 0, has_vectors = 0, winner_count = 0,
                    winner_sum = zeroblob(32), winner_changes = winner_changes + 1, needs_statements = 1,
                    scan_key = NULL, scan_tally = NULL, reported_cursor = NULL, statements_cursor = NULL,
                    resolutions_cursor = NULL, retry_after = NULL, pushed_at = NULL, pulled_at = NULL
                """
            )
        }
    }
}

extension StateFolder {
    /// Forgets everything that is known of further hubs, all of which they tell again.
    package func forgetFurther() {
        for name in [StateFolder.hubsName, StateFolder.shownName] { Folder.remove("\(path)/\(name)") }
    }
}
