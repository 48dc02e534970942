import Federation
import Gzip
import HTTPTypes
import Hummingbird
import NIOCore

/// A request's body piece by piece, decompressed and bounded.
struct BodyReader: AsyncSequence {
    typealias Element = [UInt8]

    private let body: RequestBody
    private let isCompressed: Bool
    /// Tells a client that waits for it that its body is wanted.
    private let demand: @Sendable () -> Void

    /// A reader of the body of `request`; throws a ``Problem`` where the body is too large or its encoding unknown.
    init(_ request: Request, _ context: HubContext) throws {
        let waits = request.headers[.expect]?.lowercased() == "100-continue"
        demand = { if waits { context.tell(.bodyWanted) } }
        switch request.headers[.contentEncoding]?.lowercased() {
        case nil, "", "identity": isCompressed = false
        case "gzip", "x-gzip": isCompressed = true
        case .some(let encoding):
            throw Problem(415, .encodingUnsupported, "send the body plain or as gzip, not as '\(encoding.prefix(32))'")
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Limits.pushBytes {
            throw BodyReader.tooLarge
        }
        body = request.body
    }

    static let tooLarge = Problem(
        413,
        .bodyTooLarge,
        "the body is larger than \(Limits.pushBytes) bytes; send it in several requests"
    )

    func makeAsyncIterator() -> Iterator {
        demand()
        return Iterator(body: body.makeAsyncIterator(), isCompressed: isCompressed)
    }

    /// Goes through the body once.
    struct Iterator: AsyncIteratorProtocol {
        private var body: RequestBody.AsyncIterator
        private let isCompressed: Bool
        private var inflater: GzipInflater?
        private var received = 0
        /// What has come and was not handed out yet.
        private var pending = ByteBuffer()
        /// Compressed bytes inflated at a time: they can become two hundred times as many.
        private static let compressedSlice = 2 * 1024

        init(body: RequestBody.AsyncIterator, isCompressed: Bool) {
            self.body = body
            self.isCompressed = isCompressed
        }

        private mutating func take(_ count: Int) -> [UInt8] {
            pending.readBytes(length: Swift.min(count, pending.readableBytes)) ?? []
        }

        /// The next piece; throws a ``Problem`` where the body is too large or damaged.
        mutating func next() async throws -> [UInt8]? {
            do {
                if isCompressed, inflater == nil { inflater = try GzipInflater(maximumOutput: Limits.pushBytes) }
                if pending.readableBytes == 0 {
                    guard let buffer = try await body.next() else {
                        try inflater?.finish()
                        inflater = nil
                        return nil
                    }
                    received += buffer.readableBytes
                    guard received <= Limits.pushBytes else { throw BodyReader.tooLarge }
                    pending = buffer
                }
                guard let inflater else { return take(pending.readableBytes) }
                var piece: [UInt8] = []
                try take(Iterator.compressedSlice).withUnsafeBytes { try inflater.append($0, into: &piece) }
                return piece
            } catch let problem as Problem {
                throw problem
            } catch is CancellationError {
                throw CancellationError()
            } catch let error as GzipError {
                throw error.kind == .tooLarge
                    ? BodyReader.tooLarge : Problem(400, .bodyMalformed, "the compressed body cannot be read: \(error)")
            } catch {
                throw Problem(400, .bodyMalformed, "the body broke off before its end; send it again")
            }
        }
    }
}
