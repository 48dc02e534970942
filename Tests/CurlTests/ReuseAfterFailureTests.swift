import Curl
import Testing

@Suite("A client after a failure")
struct ReuseAfterFailureTests {
    @Test("A name that does not resolve is the same failure each time, and does not spoil the client")
    func resolution() throws {
        let client = try HTTPClient()
        // RFC 6761 keeps this name from ever resolving.
        let request = HTTPRequest(method: .get, url: "http://tributary.invalid/")
        for _ in 0..<3 {
            do {
                _ = try client.send(request)
                Issue.record("a reply came from a host that does not exist")
            } catch {
                #expect(error.kind == .resolve, "\(error)")
            }
        }
    }
}
