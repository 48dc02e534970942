/// A read that holds a database connection from one chunk to the next.
package protocol StreamedRead: Actor {
    /// Chunks handed out so far.
    var chunks: Int { get }

    /// Gives the connection back before the end; the next chunk asked for is an error, so that what was cut short cannot
    /// look complete.
    func abandon() async
}
