import Curl
import Testing

@Suite("Every reply has limits")
struct LimitTests {
    @Test("A body that announces too much is refused before it is read")
    func announced() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), .awaitClose,
        ])
        let error = try failure(of: HTTPRequest(url: server.url, maximumResponseBytes: 1000))
        #expect(error.kind == .tooLarge)
        #expect(!error.isRetryable)
    }

    @Test("A body without a length is cut off at the limit")
    func unannounced() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 200_000)), .awaitClose,
        ])
        var received = 0
        let client = try makeClient()
        let error = #expect(throws: CurlError.self) {
            _ = try client.stream(HTTPRequest(url: server.url, maximumResponseBytes: 100_000)) { _ in
            } onBody: {
                received += $0.count
            }
        }
        #expect(error?.kind == .tooLarge)
        #expect(received <= 100_000)
    }

    @Test("A body of exactly the limit is accepted")
    func exact() throws {
        let server = try CannedServer([.readRequest, Replies.whole(200, "hello")])
        let request = HTTPRequest(url: server.url, maximumResponseBytes: 5)
        #expect(try makeClient().send(request).body.count == 5)
    }

    @Test("The limit counts the bytes after decompression")
    func decompressed() throws {
        let server = try CannedServer(
            [.readRequest, Replies.gzip(Replies.compressedZeros)],
            [.readRequest, Replies.gzip(Replies.compressedZeros)]
        )
        var request = HTTPRequest(url: server.url, maximumResponseBytes: 99_999, acceptEncoding: true)
        #expect(try failure(of: request).kind == .tooLarge)
        request.maximumResponseBytes = 100_000
        #expect(try makeClient().send(request).body == [UInt8](repeating: 0, count: 100_000))
    }

    @Test("Header fields without end are refused")
    func headers() throws {
        let field = "X-A: " + String(repeating: "a", count: 1000) + "\r\n"
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\n" + String(repeating: field, count: 100) + "\r\n"),
        ])
        #expect(try failure(of: HTTPRequest(url: server.url)).kind == .protocolViolation)
    }

    @Test("Of an unsuccessful body 64 KiB are kept, and the status counts")
    func longProblem() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 500 No\r\n\r\n" + String(repeating: "x", count: 200_000)), .awaitClose,
        ])
        let response = try makeClient().send(HTTPRequest(url: server.url, maximumResponseBytes: 10))
        #expect(response.status == 500)
        #expect(response.body.count == 65_536)
    }

    @Test("A reply that drips ends at the deadline")
    func deadline() throws {
        let drip: [CannedServer.Step] = [.send("x"), .pause(.milliseconds(100))]
        let server = try CannedServer(
            [.readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")]
                + Array(repeating: drip, count: 30).flatMap(\.self)
        )
        let request = HTTPRequest(url: server.url, totalDeadline: .milliseconds(500))
        var error: CurlError?
        let elapsed = try ContinuousClock().measure { error = try failure(of: request) }
        #expect(error?.kind == .timedOut)
        #expect(error?.isRetryable == true)
        #expect(elapsed < .seconds(2))
    }

    @Test("A reply that stops ends at the stall timeout")
    func stall() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"), .awaitClose,
        ])
        let request = HTTPRequest(url: server.url, totalDeadline: .seconds(30), stallTimeout: .seconds(2))
        var error: CurlError?
        let elapsed = try ContinuousClock().measure { error = try failure(of: request) }
        #expect(error?.kind == .stalled)
        #expect(error?.isRetryable == true)
        #expect(elapsed < .seconds(10))
    }

    @Test("A slow reply that keeps moving outlives the stall timeout")
    func slow() throws {
        let drip: [CannedServer.Step] = [.pause(.milliseconds(250)), .send("0123456789")]
        let server = try CannedServer(
            [.readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 140\r\n\r\n")]
                + Array(repeating: drip, count: 14).flatMap(\.self)
        )
        let request = HTTPRequest(url: server.url, stallTimeout: .seconds(2))
        #expect(try makeClient().send(request).body.count == 140)
    }
}
