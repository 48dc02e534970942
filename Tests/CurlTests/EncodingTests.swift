import Curl
import Testing

@Suite("Compressed replies")
struct EncodingTests {
    @Test("A compressed reply that was asked for is decompressed")
    func asked() throws {
        let server = try CannedServer([.readRequest, Replies.gzip(Replies.compressedHello)])
        let response = try makeClient().send(HTTPRequest(url: server.url, acceptEncoding: true))
        #expect(text(response.body) == "hello")
        #expect(server.requests.first?.contains("Accept-Encoding: gzip\r\n") == true)
    }

    @Test("A compressed reply that was not asked for is refused")
    func unasked() throws {
        let server = try CannedServer([.readRequest, Replies.gzip(Replies.compressedHello)])
        #expect(try failure(of: HTTPRequest(url: server.url)).kind == .protocolViolation)
        #expect(server.requests.first?.lowercased().contains("accept-encoding") == false)
    }

    @Test("An encoding other than gzip is refused", arguments: ["br", "deflate", "gzip, gzip", "zstd"])
    func other(_ encoding: String) throws {
        let server = try CannedServer([
            .readRequest, Replies.whole(200, "xx", headers: "Content-Encoding: \(encoding)\r\n"),
        ])
        #expect(try failure(of: HTTPRequest(url: server.url, acceptEncoding: true)).kind == .protocolViolation)
    }

    @Test("Compressed bytes that are damaged are refused")
    func damaged() throws {
        var bytes = Replies.compressedHello
        bytes[bytes.count - 6] ^= 1
        let server = try CannedServer([.readRequest, Replies.gzip(bytes)])
        #expect(try failure(of: HTTPRequest(url: server.url, acceptEncoding: true)).kind == .protocolViolation)
    }

    @Test("A compressed reply that is cut short is truncated")
    func cut() throws {
        let bytes = Replies.compressedHello
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n"
        let server = try CannedServer([.readRequest, .sendBytes(Array(head.utf8) + bytes.dropLast(3))])
        #expect(try failure(of: HTTPRequest(url: server.url, acceptEncoding: true)).kind == .truncated)
    }

    @Test("An unsuccessful reply in an unknown encoding keeps its status and loses its body")
    func problem() throws {
        let server = try CannedServer([.readRequest, Replies.whole(503, "xx", headers: "Content-Encoding: br\r\n")])
        let response = try makeClient().send(HTTPRequest(url: server.url))
        #expect(response.status == 503)
        #expect(response.body.isEmpty)
    }
}
