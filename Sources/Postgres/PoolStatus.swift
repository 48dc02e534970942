/// How busy a pool is at one moment.
package struct PoolStatus: Hashable, Sendable {
    /// Connections of the pool.
    package let size: Int
    /// Connections that nobody uses.
    package let free: Int
    /// Callers waiting for a connection.
    package let waiting: Int
    /// Leases that could still be given.
    package let freeLeases: Int
}
