/// The sixteen bytes of a `uuid`.
package struct PostgresUUID: Hashable, Sendable {
    /// The bytes in the order in which they are written.
    package let bytes: [UInt8]

    /// Wraps sixteen bytes.
    ///
    /// - Precondition: `bytes` holds exactly sixteen of them.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 16, "a UUID has 16 bytes")
        self.bytes = bytes
    }
}
