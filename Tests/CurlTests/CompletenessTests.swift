import Curl
import Testing

@Suite("A reply is whole or an error")
struct CompletenessTests {
    @Test("A reply with its whole length is returned with its head")
    func wholeLength() throws {
        let server = try CannedServer([
            .readRequest, Replies.whole(200, "hello", headers: "ETag: \"7\"\r\nX-A:  b \r\n"),
        ])
        let response = try makeClient().send(HTTPRequest(url: server.url))
        #expect(response.status == 200)
        #expect(text(response.body) == "hello")
        #expect(response.framing == .contentLength)
        #expect(response.headers["etag"] == "\"7\"")
        #expect(response.headers["x-a"] == "b")
        #expect(response.headers["X-B"] == nil)
    }

    @Test("A chunked reply is put together")
    func wholeChunks() throws {
        let server = try CannedServer([
            .readRequest,
            .send("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        ])
        let response = try makeClient().send(HTTPRequest(url: server.url))
        #expect(text(response.body) == "hello")
        #expect(response.framing == .chunked)
    }

    @Test("A body shorter than its announced length is truncated")
    func shortLength() throws {
        let server = try CannedServer([.readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")])
        let error = try failure(of: HTTPRequest(url: server.url))
        #expect(error.kind == .truncated)
        #expect(error.isRetryable)
        #expect(error.status == 200)
    }

    @Test(
        "A chunked body without its last chunk is truncated",
        arguments: ["5\r\nhello\r\n", "5\r\nhel", "5\r\nhello\r\n0\r\n", ""]
    )
    func unfinishedChunks(_ body: String) throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"),
        ])
        #expect(try failure(of: HTTPRequest(url: server.url)).kind == .truncated)
    }

    @Test("A body that ends with the connection is returned and says so")
    func delimitedByClose() throws {
        let server = try CannedServer([.readRequest, .send("HTTP/1.1 200 OK\r\n\r\nhello")])
        let response = try makeClient().send(HTTPRequest(url: server.url))
        #expect(text(response.body) == "hello")
        #expect(response.framing == .delimitedByClose)
    }

    @Test(
        "A head that is cut short is truncated",
        arguments: [
            "HTTP/1.1 200 OK\r\nX-A: b\r\n", "HTTP/1.1 200 OK\r\nX-A", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Go\r\n\r\n",
        ]
    )
    func cutHead(_ head: String) throws {
        let server = try CannedServer([.readRequest, .send(head)])
        let error = try failure(of: HTTPRequest(url: server.url))
        #expect(error.kind == .truncated)
        #expect(error.status == nil)
    }

    @Test("No reply at all is truncated")
    func noReply() throws {
        let server = try CannedServer([.readRequest])
        #expect(try failure(of: HTTPRequest(url: server.url)).kind == .truncated)
    }

    @Test("A connection that is reset within the body is truncated")
    func reset() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), .pause(.milliseconds(100)),
            .reset,
        ])
        #expect(try failure(of: HTTPRequest(url: server.url)).kind == .truncated)
    }

    @Test("A reply without any head is refused")
    func noHead() throws {
        let server = try CannedServer([.readRequest, .send("hello, this is not HTTP at all\n")])
        let error = try failure(of: HTTPRequest(url: server.url))
        #expect(error.kind == .protocolViolation)
        #expect(!error.isRetryable)
    }

    @Test("An interim reply is passed over")
    func interim() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 103 Hints\r\nX-A: early\r\n\r\n"), Replies.whole(200, "hello"),
        ])
        let response = try makeClient().send(HTTPRequest(url: server.url))
        #expect(response.status == 200)
        #expect(response.headers["x-a"] == nil)
    }

    @Test("Replies without a body by their nature are whole")
    func bodiless() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
            .readRequest, .send("HTTP/1.1 204 None\r\n\r\n"),
        ])
        let client = try makeClient()
        #expect(try client.send(HTTPRequest(method: .head, url: server.url)).framing == .bodiless)
        #expect(try client.send(HTTPRequest(url: server.url)).framing == .bodiless)
    }
}
