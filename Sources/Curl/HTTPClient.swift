import CLibCurl

/// A synchronous HTTP/1.1 client for `http` and `https`, for use by one thread at a time.
///
/// It keeps its connections open from one request to the next. It follows no redirect, reads no netrc file, keeps no
/// cookie, and speaks TLS 1.2 or later to hosts whose certificate it can verify, or not at all. When a kept connection
/// turns out to be closed before a byte of the reply came, the request is sent once more over a new one.
package final class HTTPClient {
    /// What the requests of one client have in common.
    package struct Configuration: Sendable {
        /// The path of a PEM file with the only certificates to trust; nil for those of the system.
        package var trustedCertificates: String?

        /// Whether `https_proxy`, `no_proxy` and their like in the environment are heeded.
        package var usesEnvironmentProxy: Bool

        /// A descriptor that becomes readable when `shouldStop` has to be asked; nil where it is asked once a second.
        package var wakeDescriptor: Int32?

        /// The longest time for which `shouldStop` is not asked where there is a `wakeDescriptor`.
        package var longestSilence: Duration

        /// A configuration that trusts the system's certificates and heeds its proxies, unless told otherwise.
        package init(
            trustedCertificates: String? = nil,
            usesEnvironmentProxy: Bool = true,
            wakeDescriptor: Int32? = nil,
            longestSilence: Duration = .seconds(60)
        ) {
            self.trustedCertificates = trustedCertificates
            self.usesEnvironmentProxy = usesEnvironmentProxy
            self.wakeDescriptor = wakeDescriptor
            self.longestSilence = longestSilence
        }
    }

    let configuration: Configuration
    private(set) var handle: CurlHandle
    /// Whether the last transfer failed: libcurl 7.88 then refuses options that a reset should have freed.
    private var isSpent = false
    private let shouldStop: () -> Bool
    private var isBusy = false

    /// Makes a client whose transfers end, with `CurlError` of kind `aborted`, when `shouldStop` returns true.
    ///
    /// `shouldStop` is asked at least about once a second, also while nothing arrives; with a `wakeDescriptor` as soon as
    /// that is readable.
    package init(
        configuration: Configuration = Configuration(),
        shouldStop: @escaping () -> Bool = { false }
    ) throws(CurlError) {
        self.configuration = configuration
        self.shouldStop = shouldStop
        handle = try CurlHandle()
    }

    /// Sends `request`, and returns the whole reply, whatever its status.
    ///
    /// Of an unsuccessful reply's body at most 64 KiB are kept.
    package func send(_ request: HTTPRequest) throws(CurlError) -> HTTPResponse {
        var body: [UInt8] = []
        var response = try stream(request, onHead: { _ in }, onBody: { body.append(contentsOf: $0) })
        if response.isSuccess { response.body = body }
        return response
    }

    /// Sends `request`, and hands a successful reply over as it arrives.
    ///
    /// If the status is 200 to 299, `onHead` is called once, then `onBody` for each piece of the body; the pieces are
    /// only good if this returns. Otherwise neither is called, and the returned reply has the body, at most 64 KiB of it.
    /// If a callback throws, the transfer ends with `CurlError` of kind `aborted` and the thrown error as `underlying`.
    /// `onSent` is called, at most once, when the request is on its way and the server works on it: what it takes counts
    /// for the deadline.
    package func stream(
        _ request: HTTPRequest,
        onSent: (() -> Void)? = nil,
        onHead: (HTTPResponse) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws(CurlError) -> HTTPResponse {
        try withoutActuallyEscaping(onHead) { onHead throws(CurlError) in
            try withoutActuallyEscaping(onBody) { onBody throws(CurlError) in
                let transfer = Transfer(request: request, shouldStop: shouldStop, onHead: onHead, onBody: onBody)
                return try perform(request, transfer, onSent)
            }
        }
    }

    private func perform(
        _ request: HTTPRequest,
        _ transfer: Transfer,
        _ onSent: (() -> Void)?
    ) throws(CurlError) -> HTTPResponse {
        precondition(!isBusy, "a client makes one request at a time")
        isBusy = true
        defer { isBusy = false }

        let shown = try check(request)
        if isSpent {
            handle = try CurlHandle()
            isSpent = false
        }
        guard let headers = HeaderList(request) else {
            throw CurlError(kind: .invalidRequest, request: shown, message: "a header field with forbidden characters")
        }
        // curl wants an address for the body, also when it is empty.
        let body = request.body.flatMap { $0.isEmpty ? nil : $0 } ?? [0]
        let code = body.withUnsafeBytes { bytes in
            withExtendedLifetime((headers, transfer)) {
                let code = configure(request, headers, bytes, transfer)
                return code == CURLE_OK ? perform(bytes: request.body?.count ?? 0, onSent) : code
            }
        }
        isSpent = code != CURLE_OK
        // The handle must not keep pointers to what ends here.
        defer { _ = handle.reset() }
        return try conclude(code, transfer, request, shown)
    }

    /// Makes the transfer that is configured; waits for the network and for who wants it to stop at once.
    private func perform(bytes: Int, _ onSent: (() -> Void)?) -> CURLcode {
        let descriptor = configuration.wakeDescriptor
        let silence =
            descriptor == nil ? Self.silenceWithoutWaking : Self.milliseconds(configuration.longestSilence)
        return handle.perform(waking: descriptor, atMost: silence, bytes: bytes, onSent: onSent)
    }

    /// How often `shouldStop` is asked where nothing says when, in milliseconds.
    private static let silenceWithoutWaking = 1_000

    /// The form in which errors show the request, if it may be sent.
    private func check(_ request: HTTPRequest) throws(CurlError) -> String {
        let method = request.method.rawValue
        guard let url = RequestURL(request.url) else {
            throw CurlError(kind: .invalidRequest, request: method, message: "the URL cannot be read")
        }
        let shown = "\(method) \(url.shown)"
        guard url.scheme == "http" || url.scheme == "https" else {
            throw CurlError(kind: .invalidRequest, request: shown, message: "the scheme is neither http nor https")
        }
        return shown
    }

    private func conclude(
        _ code: CURLcode,
        _ transfer: Transfer,
        _ request: HTTPRequest,
        _ shown: String
    ) throws(CurlError) -> HTTPResponse {
        let status = transfer.response?.status
        switch transfer.ending {
        case .enough:
            break
        case .callback(let error):
            let message = "the receiver of the reply ended it"
            throw CurlError(kind: .aborted, request: shown, message: message, status: status, underlying: error)
        case .tooLarge:
            let message = "its body passes the limit of \(request.maximumResponseBytes) bytes"
            throw CurlError(kind: .tooLarge, request: shown, message: message, status: status)
        case .refused(let reason):
            throw CurlError(kind: .protocolViolation, request: shown, message: reason, status: status)
        case nil:
            guard code == CURLE_OK else {
                throw CurlError(
                    kind: CurlError.Kind(code: code, isPastDeadline: isPastDeadline(of: request)),
                    request: shown,
                    message: handle.message(for: code),
                    status: status,
                    isRetryable: CurlError.Kind.isTransient(code)
                )
            }
        }
        // curl takes a connection that closes among the header lines for the end of a reply.
        guard let response = transfer.response else {
            throw CurlError(kind: .truncated, request: shown, message: "the head of the reply is cut short")
        }
        return response
    }

    /// Whether a timeout was the deadline's or the connection's, rather than a stall.
    private func isPastDeadline(of request: HTTPRequest) -> Bool {
        let hasConnected = handle.measure(CURLINFO_PRETRANSFER_TIME_T) > 0
        let elapsed = Duration.microseconds(handle.measure(CURLINFO_TOTAL_TIME_T))
        return !hasConnected || elapsed + Self.clockTolerance >= request.totalDeadline
    }

    /// curl counts timeouts in milliseconds and measures in microseconds.
    private static let clockTolerance = Duration.milliseconds(20)
}
