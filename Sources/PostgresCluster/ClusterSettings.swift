/// The settings that a private cluster runs with.
enum ClusterSettings {
    static let fileName = "tributary.conf"
    static let includeLine = "include_if_exists = '\(fileName)'"

    /// The content of the generated file.
    ///
    /// Values meant for an operator's change follow PostgreSQL's own rule: `ALTER SYSTEM`, and lines of
    /// `postgresql.conf` after the include, come later and win.
    static func text(layout: ClusterLayout, supportsLZ4: Bool) -> String {
        """
        # Written anew at each start. Put changes of your own into postgresql.conf below the line that includes this
        # file, or use ALTER SYSTEM.
        cluster_name = 'tributary'
        listen_addresses = ''
        port = \(ClusterLayout.port)
        unix_socket_directories = \(quoted("\"" + doubled(layout.socketDirectory, "\"") + "\""))
        unix_socket_permissions = 0700
        max_connections = 40
        fsync = on
        synchronous_commit = on
        full_page_writes = on
        shared_buffers = 128MB
        max_wal_size = 1GB
        checkpoint_timeout = 15min
        wal_compression = \(supportsLZ4 ? "lz4" : "on")
        default_toast_compression = \(supportsLZ4 ? "lz4" : "pglz")
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_destination = 'stderr'
        logging_collector = off
        log_line_prefix = '%m [%p] %q%a '
        # Detail and context lines quote stored values.
        log_error_verbosity = terse
        log_parameter_max_length = 0
        log_parameter_max_length_on_error = 0

        """
    }

    private static func quoted(_ text: String) -> String {
        "'" + doubled(doubled(text, "\\"), "'") + "'"
    }

    private static func doubled(_ text: String, _ mark: Character) -> String {
        text.reduce(into: "") { result, character in
            if character == mark { result.append(mark) }
            result.append(character)
        }
    }
}
