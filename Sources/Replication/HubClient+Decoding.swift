internal import JSON

extension HubClient {
    /// Does `body`, which decodes so many bytes that the hub sent; where they are many, when it is this client's turn.
    ///
    /// Not to be called from within `body`.
    func decoding<Result>(_ bytes: Int, _ body: () throws -> Result) throws -> Result {
        guard bytes > TransferLimits.undividedBytes else { return try body() }
        var result: Result?
        try environment.decode { result = try body() }
        // Whoever gives no turn any more is stopping.
        guard let result else { throw HubClient.stopped }
        return result
    }
}

extension JSONDocument {
    /// The document in `text`, which another program sent; throws a ``JSONError``.
    static func received(_ text: UnsafeRawBufferPointer) throws(JSONError) -> JSONDocument {
        try JSONDocument(parsing: text, greatestValues: TransferLimits.decodedValues)
    }

    /// The document in `text`, which another program sent; `nil` where it is none.
    static func received(_ text: [UInt8]) -> JSONDocument? {
        text.withUnsafeBytes { try? received($0) }
    }
}
