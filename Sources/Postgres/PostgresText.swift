/// UTF-8 bytes that travel as `text`, without a detour over `String`.
///
/// The server checks them: it refuses bytes that are not UTF-8, and NUL.
package struct PostgresText: Hashable, Sendable {
    /// The UTF-8 bytes.
    package let utf8: [UInt8]

    /// Wraps UTF-8 bytes.
    package init(utf8: [UInt8]) {
        self.utf8 = utf8
    }
}
