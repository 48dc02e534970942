/// Reads the head of a reply, line by line as curl hands it over.
///
/// Interim replies (1xx) are passed over: each status line starts anew.
struct ResponseHead {
    /// The bytes of all header lines of one transfer, interim replies and trailers included.
    static let maximumBytes = 64 * 1024

    /// What a line led to.
    enum Outcome {
        case unfinished
        case complete(HTTPResponse)
        case refused(String)
    }

    private let method: HTTPMethod
    private var byteCount = 0
    private var status = 0
    private var headers = HTTPHeaders()
    private var isComplete = false

    init(method: HTTPMethod) {
        self.method = method
    }

    mutating func read(_ line: UnsafeRawBufferPointer) -> Outcome {
        byteCount += line.count
        guard byteCount <= Self.maximumBytes else {
            return .refused("more than \(Self.maximumBytes) bytes of header fields")
        }
        // What follows the head are trailers, which nobody asked for.
        guard !isComplete else { return .unfinished }
        let text = line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        guard let first = text.first else { return finish() }
        if text.starts(with: "HTTP/".utf8) { return start(text) }
        guard first != UInt8(ascii: " "), first != UInt8(ascii: "\t") else {
            return .refused("a folded header field")
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
            return .refused("a header line without a colon")
        }
        headers.append(name: Self.trim(text[..<colon]), value: Self.trim(text[(colon + 1)...]))
        return .unfinished
    }

    private mutating func start(_ line: Slice<UnsafeRawBufferPointer>) -> Outcome {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, let status = Int(String(decoding: words[1], as: UTF8.self)),
            (100...999).contains(status)
        else { return .refused("a status line without a status") }
        self.status = status
        headers = HTTPHeaders()
        return .unfinished
    }

    private mutating func finish() -> Outcome {
        guard status >= 200 else { return .unfinished }
        isComplete = true
        return .complete(HTTPResponse(status: status, headers: headers, framing: framing))
    }

    private var framing: HTTPResponse.Framing {
        if method == .head || status == 204 || status == 304 { return .bodiless }
        let codings = headers.values(named: "transfer-encoding").flatMap { $0.split(separator: ",") }
        if let last = codings.last, HTTPHeaders.isEqual(Self.trim(last.utf8), "chunked") { return .chunked }
        return codings.isEmpty && headers["content-length"] != nil ? .contentLength : .delimitedByClose
    }

    /// The text of `bytes` without the blanks around it.
    static func trim(_ bytes: some BidirectionalCollection<UInt8>) -> String {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let start = bytes.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }.map { start.index(after: $0) } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }
}
