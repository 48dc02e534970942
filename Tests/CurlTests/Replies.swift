/// Short forms for what the server sends.
enum Replies {
    /// A whole reply with a length.
    static func whole(_ status: Int = 200, _ body: String, headers: String = "") -> CannedServer.Step {
        .send("HTTP/1.1 \(status) Word\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// A whole reply of compressed bytes.
    static func gzip(_ bytes: [UInt8]) -> CannedServer.Step {
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n"
        return .sendBytes(Array(head.utf8) + bytes)
    }

    /// The word `hello`, compressed.
    static let compressedHello: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
        0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    ]

    /// 100,000 zeros, compressed to 132 bytes, most of them zeros too.
    static let compressedZeros: [UInt8] =
        [
            0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xc2,
            0xa0, 0xf5, 0x4f, 0x6d, 0x0d, 0x0f, 0xa0,
        ] + [UInt8](repeating: 0, count: 96) + [
            0x80, 0x57, 0x03, 0x7d, 0x95, 0x11, 0xd4, 0xa0, 0x86, 0x01, 0x00,
        ]
}
