import Curl
import Testing

@Suite("What is sent, and what is not")
struct RequestTests {
    @Test("Method, path, header fields and body arrive, and nothing is added")
    func arrives() throws {
        let server = try CannedServer([.readRequest, Replies.whole(200, "")])
        let request = HTTPRequest(
            method: .put,
            url: server.url + "a/b?c=d",
            headers: [("Authorization", "Bearer abc"), ("X-Empty", "")],
            body: Array("hello".utf8)
        )
        _ = try makeClient().send(request)
        let sent = try #require(server.requests.first)
        #expect(sent.hasPrefix("PUT /a/b?c=d HTTP/1.1\r\n"))
        #expect(sent.contains("\r\nAuthorization: Bearer abc\r\n"))
        #expect(sent.contains("\r\nX-Empty:\r\n"))
        #expect(sent.hasSuffix("\r\n\r\nhello"))
        #expect(!sent.lowercased().contains("content-type"))
    }

    @Test(
        "Every method goes out by its name",
        arguments: [HTTPMethod.get, .head, .post, .put, .patch, .delete]
    )
    func methods(_ method: HTTPMethod) throws {
        let server = try CannedServer([.readRequest, .send("HTTP/1.1 204 None\r\n\r\n")])
        _ = try makeClient().send(HTTPRequest(method: method, url: server.url))
        let sent = try #require(server.requests.first)
        #expect(sent.hasPrefix("\(method.rawValue) / HTTP/1.1\r\n"))
        #expect(sent.contains("Content-Length: 0") == [.post, .put, .patch].contains(method))
    }

    @Test("A large body is sent without waiting for leave")
    func largeBody() throws {
        let server = try CannedServer([.readRequest, Replies.whole(200, "")])
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
        let response = try makeClient().send(HTTPRequest(method: .post, url: server.url, body: body))
        #expect(response.status == 200)
        let sent = try #require(server.requests.first)
        #expect(!sent.prefix(1000).lowercased().contains("expect"))
        #expect(sent.utf8.count > body.count)
    }

    @Test("A redirect is returned and not followed", arguments: [301, 302, 307, 308])
    func redirect(_ status: Int) throws {
        let server = try CannedServer(
            [.readRequest, Replies.whole(status, "", headers: "Location: /elsewhere\r\n")],
            [.readRequest, Replies.whole(200, "wrong")]
        )
        let response = try makeClient().send(HTTPRequest(url: server.url))
        #expect(response.status == status)
        #expect(response.headers["location"] == "/elsewhere")
        #expect(server.requests.count == 1)
    }

    @Test(
        "Schemes other than http and https are refused",
        arguments: ["file:///etc/passwd", "ftp://a/b", "gopher://a/"]
    )
    func schemes(_ url: String) throws {
        let error = try failure(of: HTTPRequest(url: url))
        #expect(error.kind == .invalidRequest)
        #expect(!error.isRetryable)
    }

    @Test(
        "A URL that cannot be read is refused and not shown",
        arguments: ["", "http://", "http://a b/secret", "no", "http://a/\0b"]
    )
    func unreadable(_ url: String) throws {
        let error = try failure(of: HTTPRequest(url: url))
        #expect(error.kind == .invalidRequest)
        #expect(!"\(error)".contains("secret"))
    }

    @Test(
        "A header field that would pass for several is refused",
        arguments: [("X-A", "b\r\nX-C: d"), ("X-A", "b\nc"), ("X A", "b"), ("", "b"), ("X-A:", "b"), ("X-A", "b\0")]
    )
    func smuggling(_ name: String, _ value: String) throws {
        let error = try failure(of: HTTPRequest(url: "http://127.0.0.1:1/", headers: [(name, value)]))
        #expect(error.kind == .invalidRequest)
    }

    @Test("An error shows the URL without credentials, query and fragment")
    func secrets() throws {
        let url = "http://someone:hidden@127.0.0.1:1/path?token=concealed#covert"
        let error = try failure(of: HTTPRequest(url: url))
        #expect(error.request == "GET http://127.0.0.1:1/path")
        for secret in ["someone", "hidden", "concealed", "covert"] {
            #expect(!"\(error)".contains(secret))
        }
    }
}
