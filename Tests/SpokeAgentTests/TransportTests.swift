import Federation
import Replication
import Testing

@Suite("Transport")
struct TransportTests {
    private func client(_ port: UInt16, _ clock: TestClock) throws -> HubClient {
        let endpoint = try #require(HubEndpoint("http://127.0.0.1:\(port)/"))
        return HubClient(
            endpoint: endpoint,
            node: try #require(NodeName("alice")),
            transport: try CurlTransport(
                endpoint: endpoint,
                trustedCertificates: nil,
                shouldStop: { clock.shouldStop }
            ),
            environment: clock.environment,
            token: { "tributary_canary_secret" }
        )
    }

    private func failure(_ reply: String?, _ body: (HubClient) throws -> Void) throws -> ReplicationError? {
        let clock = TestClock()
        let server = try CannedServer(reply)
        return #expect(throws: ReplicationError.self) { try body(client(server.port, clock)) }
    }

    @Test("A feed that ends with its connection instead of its end marker is cut off")
    func closeDelimited() throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n"
        let error = try failure(head + "{\"id\":\"a\",\"state\":\"retracted\"}\n") { client in
            try client.winners(of: .skills, since: nil, withVectors: false) { _, _ in }
        }
        #expect(error?.kind == .unreachable)
        #expect(error?.description.contains("end marker") == true)
    }

    @Test("A reply shorter than announced is cut off")
    func shortBody() throws {
        let reply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
        #expect(try failure(reply) { _ = try $0.manifest(unless: nil) }?.kind == .unreachable)
    }

    @Test("A page for people is no hub")
    func page() throws {
        let reply = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nHello"
        #expect(try failure(reply) { _ = try $0.manifest(unless: nil) }?.kind == .notAHub)
    }

    @Test("A redirect is not followed, and the token stays here")
    func redirect() throws {
        let reply = "HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n"
        let error = try failure(reply) { _ = try $0.manifest(unless: nil) }
        #expect(error?.kind == .notAHub)
        #expect(error?.description.contains("canary") == false)
    }

    @Test("A problem tells what it is about and how long to wait")
    func problem() throws {
        let body =
            #"{"type":"urn:tributary:problem:overloaded","title":"The hub is busy","status":503,"detail":"too much"}"#
        let reply =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 9\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let error = try failure(reply) { _ = try $0.manifest(unless: nil) }
        #expect(error?.kind == .overloaded)
        #expect(error?.retryAfter == .seconds(9))
        #expect(error?.description.contains("too much") == true)
    }

    @Test("The wish to stop ends a long poll within two seconds")
    func stopsLongPoll() throws {
        let clock = ContinuousClock()
        let server = try CannedServer(nil)
        let began = clock.now
        let endpoint = try #require(HubEndpoint("http://127.0.0.1:\(server.port)"))
        let shouldStop = { clock.now - began > .milliseconds(300) }
        let test = TestClock()
        let client = HubClient(
            endpoint: endpoint,
            node: try #require(NodeName("alice")),
            transport: try CurlTransport(endpoint: endpoint, trustedCertificates: nil, shouldStop: shouldStop),
            environment: test.environment,
            token: { "tributary_canary_secret" }
        )
        let error = #expect(throws: ReplicationError.self) { try client.manifest(unless: "\"tag\"", wait: 50) }
        #expect(error?.kind == .stopped)
        #expect(clock.now - began < .seconds(2))
    }

    @Test("Nobody there is unreachable")
    func refused() throws {
        let test = TestClock()
        let error = #expect(throws: ReplicationError.self) { try client(1, test).manifest(unless: nil) }
        #expect(error?.kind == .unreachable)
        #expect(error?.description.contains("canary") == false)
    }
}
