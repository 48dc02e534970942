/// Every bound on what is asked of Qdrant and taken from it.
package enum QdrantLimits {
    /// Tries of one request, the first included.
    package static let tries = 3
    /// The wait before the second try; the next one is twice as long.
    package static let firstPause = Duration.milliseconds(250)
    /// No wait is longer, whatever Qdrant asks for.
    package static let greatestPause = Duration.seconds(10)
    /// Points of one page without vectors, at most.
    package static let pagePoints = 1_000
    /// Points of one page with vectors, at least.
    package static let leastPagePoints = 16
    /// Bytes of vectors in one page, about: Qdrant puts a page together before it sends the first byte of it.
    package static let pageVectorBytes = 4 * 1024 * 1024
    /// Bytes that one number of a vector takes as JSON, about.
    package static let bytesPerNumber = 13
    /// Bytes of one page; a larger one is asked for in smaller parts.
    package static let pageBytes = 256 * 1024 * 1024
    /// Bytes of one point.
    package static let pointBytes = 1024 * 1024
    /// Bytes around the points of a page, and of any small answer.
    package static let answerBytes = 4 * 1024 * 1024
    /// Points that one scroll reads at most: no collection on one machine has as many.
    package static let scrolledPoints = 100_000_000
    /// Points that are written at once.
    package static let writtenPoints = 128
    /// Bytes that are written at once: Qdrant takes 32 MiB unless it was told otherwise.
    package static let writtenBytes = 4 * 1024 * 1024
    /// Points that are asked for by their ids at once, without vectors.
    package static let namedPoints = 128
    /// The time for a small request.
    package static let small = Duration.seconds(30)
    /// The time for one page, for a batch written, and for counting.
    package static let large = Duration.seconds(120)
    /// The longest silence.
    package static let stall = Duration.seconds(60)
    /// The time to connect: it is this machine or one nearby.
    package static let connect = Duration.seconds(5)
    /// Characters shown of what Qdrant says.
    package static let shownCharacters = 300

    /// The points of a page whose vectors have `dimension` numbers.
    package static func pagePoints(dimension: Int) -> Int {
        max(leastPagePoints, min(pagePoints, pageVectorBytes / max(1, dimension * bytesPerNumber)))
    }
}
