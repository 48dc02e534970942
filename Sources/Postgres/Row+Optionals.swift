extension Row {
    /// A `boolean`, or nil for NULL.
    package func optionalBool(_ column: some ColumnSelector) throws(PostgresError) -> Bool? {
        try isNull(column) ? nil : try bool(column)
    }

    /// An `integer`, or nil for NULL.
    package func optionalInt32(_ column: some ColumnSelector) throws(PostgresError) -> Int32? {
        try isNull(column) ? nil : try int32(column)
    }

    /// A `bigint`, or nil for NULL.
    package func optionalInt64(_ column: some ColumnSelector) throws(PostgresError) -> Int64? {
        try isNull(column) ? nil : try int64(column)
    }

    /// A `double precision`, or nil for NULL.
    package func optionalDouble(_ column: some ColumnSelector) throws(PostgresError) -> Double? {
        try isNull(column) ? nil : try double(column)
    }

    /// A text, or nil for NULL.
    package func optionalString(_ column: some ColumnSelector) throws(PostgresError) -> String? {
        try isNull(column) ? nil : try string(column)
    }

    /// The UTF-8 bytes of a text, or nil for NULL.
    package func optionalText(_ column: some ColumnSelector) throws(PostgresError) -> PostgresText? {
        try isNull(column) ? nil : try text(column)
    }

    /// A `bytea`, or nil for NULL.
    package func optionalBytes(_ column: some ColumnSelector) throws(PostgresError) -> [UInt8]? {
        try isNull(column) ? nil : try bytes(column)
    }

    /// A `timestamptz` in microseconds since the Unix epoch, or nil for NULL.
    package func optionalTimestamp(_ column: some ColumnSelector) throws(PostgresError) -> Int64? {
        try isNull(column) ? nil : try timestamp(column)
    }

    /// A `uuid`, or nil for NULL.
    package func optionalUUID(_ column: some ColumnSelector) throws(PostgresError) -> PostgresUUID? {
        try isNull(column) ? nil : try uuid(column)
    }

    /// A `text[]`, or nil for NULL.
    package func optionalTextArray(_ column: some ColumnSelector) throws(PostgresError) -> [String]? {
        try isNull(column) ? nil : try textArray(column)
    }
}
