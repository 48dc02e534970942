import Curl
import Testing

@Suite("Connections")
struct ConnectionTests {
    @Test("Requests share one connection")
    func reuse() throws {
        let server = try CannedServer([
            .readRequest, Replies.whole(200, "one"), .readRequest, Replies.whole(404, "two"),
        ])
        let client = try makeClient()
        #expect(text(try client.send(HTTPRequest(url: server.url)).body) == "one")
        #expect(text(try client.send(HTTPRequest(method: .post, url: server.url)).body) == "two")
        #expect(server.connectionCount == 1)
    }

    @Test("A connection that was closed meanwhile is replaced")
    func replaced() throws {
        let server = try CannedServer(
            [.readRequest, Replies.whole(200, "one")],
            [.readRequest, Replies.whole(200, "two")]
        )
        let client = try makeClient()
        #expect(text(try client.send(HTTPRequest(url: server.url)).body) == "one")
        #expect(text(try client.send(HTTPRequest(url: server.url)).body) == "two")
        #expect(server.connectionCount == 2)
    }

    @Test("A client is as good as new after a failed request")
    func afterFailure() throws {
        let server = try CannedServer(
            [.readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")],
            [.readRequest, Replies.whole(200, "whole")]
        )
        let client = try makeClient()
        let first = HTTPRequest(
            method: .post,
            url: server.url,
            headers: [("X-A", "b")],
            body: [1],
            maximumResponseBytes: 10
        )
        #expect(try failure(of: first, with: client).kind == .truncated)
        #expect(text(try client.send(HTTPRequest(url: server.url)).body) == "whole")
        let second = try #require(server.requests.last)
        #expect(second.hasPrefix("GET "))
        #expect(!second.contains("X-A"))
    }

    @Test("A port where nobody listens refuses the connection")
    func refused() throws {
        let url = try CannedServer().url
        let error = try failure(of: HTTPRequest(url: url))
        #expect(error.kind == .connect)
        #expect(error.isRetryable)
    }

    @Test("A name that cannot exist does not resolve")
    func unresolved() throws {
        let label = String(repeating: "a", count: 64)
        let error = try failure(of: HTTPRequest(url: "http://\(label).invalid/"))
        #expect(error.kind == .resolve)
        #expect(error.isRetryable)
    }

    @Test("A server that does not speak TLS is no https server")
    func plaintext() throws {
        let server = try CannedServer([.send("HTTP/1.1 400 No\r\n\r\n"), .awaitClose])
        let error = try failure(of: HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
        #expect(error.kind == .tls)
    }
}
