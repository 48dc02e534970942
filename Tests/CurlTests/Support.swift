import Curl
import Testing

/// A client that reads no proxy from the environment of the test run.
func makeClient(shouldStop: @escaping () -> Bool = { false }) throws -> HTTPClient {
    try HTTPClient(configuration: HTTPClient.Configuration(usesEnvironmentProxy: false), shouldStop: shouldStop)
}

/// The error that a GET of `request` ends with.
func failure(
    of request: HTTPRequest,
    with client: HTTPClient? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> CurlError {
    let client = try client ?? makeClient()
    let error = #expect(throws: CurlError.self, sourceLocation: sourceLocation) { _ = try client.send(request) }
    return try #require(error, sourceLocation: sourceLocation)
}

/// What a callback throws in the tests.
struct Refusal: Error, Equatable {
    let reason: String
}

/// The text of `bytes`.
func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}
