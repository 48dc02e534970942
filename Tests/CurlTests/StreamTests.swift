import Curl
import Synchronization
import Testing

@Suite("Streams and their ends")
struct StreamTests {
    @Test("The head comes before the body, and all of the body comes")
    func order() throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc"), .pause(.milliseconds(50)),
            .send("def"),
        ])
        var events: [String] = []
        let response = try makeClient().stream(HTTPRequest(url: server.url)) { head in
            events.append("\(head.status)")
        } onBody: { bytes in
            events.append(text(Array(bytes)))
        }
        #expect(events.first == "200")
        #expect(events.dropFirst().joined() == "abcdef")
        #expect(response.body.isEmpty)
    }

    @Test("What is to be done meanwhile is done once, with the request sent and the reply still to come")
    func meanwhile() throws {
        // Longer than what a socket takes at once.
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 12 << 20)
        let server = try CannedServer([
            .readRequest, .pause(.milliseconds(50)), .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"),
        ])
        var events: [String] = []
        _ = try makeClient().stream(HTTPRequest(method: .post, url: server.url, body: body)) {
            events.append("sent")
        } onHead: { head in
            events.append("\(head.status)")
        } onBody: { bytes in
            events.append(text(Array(bytes)))
        }
        #expect(events == ["sent", "200", "ab"])
    }

    @Test("What is to be done meanwhile is left where the request is not taken")
    func notSent() throws {
        let server = try CannedServer([.reset])
        var calls = 0
        #expect(throws: CurlError.self) {
            _ = try makeClient().stream(
                HTTPRequest(method: .post, url: server.url, body: [UInt8](repeating: 0, count: 12 << 20)),
                onSent: { calls += 1 },
                onHead: { _ in },
                onBody: { _ in }
            )
        }
        #expect(calls == 0)
    }

    @Test("An unsuccessful reply goes to no callback, and has its body")
    func unsuccessful() throws {
        let server = try CannedServer([.readRequest, Replies.whole(409, "{\"title\":\"reset\"}")])
        var calls = 0
        let response = try makeClient().stream(HTTPRequest(url: server.url)) { _ in
            calls += 1
        } onBody: { _ in
            calls += 1
        }
        #expect(calls == 0)
        #expect(response.status == 409)
        #expect(text(response.body) == "{\"title\":\"reset\"}")
    }

    @Test("A callback that throws ends the transfer with its error", arguments: [true, false])
    func thrown(_ inHead: Bool) throws {
        let server = try CannedServer([
            .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"), .awaitClose,
        ])
        let client = try makeClient()
        let error = #expect(throws: CurlError.self) {
            _ = try client.stream(HTTPRequest(url: server.url)) { _ in
                if inHead { throw Refusal(reason: "head") }
            } onBody: { _ in
                throw Refusal(reason: "body")
            }
        }
        #expect(error?.kind == .aborted)
        #expect(error?.isRetryable == false)
        #expect(error?.underlying as? Refusal == Refusal(reason: inHead ? "head" : "body"))
    }

    @Test("A long silence ends within a second of being asked to stop")
    func stop() throws {
        let server = try CannedServer([.readRequest, .awaitClose])
        let start = ContinuousClock.now
        let client = try makeClient { ContinuousClock.now - start > .milliseconds(500) }
        let error = try failure(of: HTTPRequest(url: server.url), with: client)
        #expect(error.kind == .aborted)
        #expect(error.underlying == nil)
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test("A client that is to stop from the start sends nothing that waits")
    func stopped() throws {
        let server = try CannedServer([.readRequest, .awaitClose])
        let error = try failure(of: HTTPRequest(url: server.url), with: makeClient { true })
        #expect(error.kind == .aborted)
    }
}
