import CLibCurl

extension HTTPClient {
    /// The size of curl's receive buffer, and so of the largest piece of a body.
    private static let bufferBytes = 128 * 1024
    /// What is sent at once: the fewer portions, the less often the receiving side is woken.
    private static let uploadBufferBytes = 256 * 1024

    /// curl measures the speed once a second: within one second a reply that moves can look like one that does not.
    private static let shortestStallSeconds = 2

    /// Sets every option of the next transfer; nothing is left of the one before.
    func configure(
        _ request: HTTPRequest,
        _ headers: HeaderList,
        _ body: UnsafeRawBufferPointer,
        _ transfer: Transfer
    ) -> CURLcode {
        let steps: [() -> CURLcode] = [
            { self.handle.reset() },
            { self.setRules() },
            { self.setTimeouts(request) },
            { self.setMethod(request, body) },
            { self.set(CURLOPT_URL, request.url) },
            { curl_shim_setopt_list(self.handle.pointer, CURLOPT_HTTPHEADER, headers.pointer) },
            { request.acceptEncoding ? self.set(CURLOPT_ACCEPT_ENCODING, "gzip") : CURLE_OK },
            { self.setCallbacks(transfer) },
        ]
        return Self.firstFailure(steps)
    }

    /// What holds for every request.
    private func setRules() -> CURLcode {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_NOPROGRESS, 0),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            (CURLOPT_HTTP09_ALLOWED, 0),
            (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            // A long poll is silent for so long that a network may forget the connection.
            (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_BUFFERSIZE, Self.bufferBytes),
            (CURLOPT_UPLOAD_BUFFERSIZE, Self.uploadBufferBytes),
        ]
        var steps = numbers.map { option, value in { self.set(option, value) } }
        steps.append { self.set(CURLOPT_PROTOCOLS_STR, "http,https") }
        if let path = configuration.trustedCertificates {
            steps.append { self.set(CURLOPT_CAINFO, path) }
            // Otherwise the system's folder of certificates would be trusted as well.
            steps.append { self.set(CURLOPT_CAPATH, nil) }
        }
        if !configuration.usesEnvironmentProxy {
            steps.append { self.set(CURLOPT_PROXY, "") }
        }
        return Self.firstFailure(steps)
    }

    private func setTimeouts(_ request: HTTPRequest) -> CURLcode {
        let stallSeconds = max(Self.shortestStallSeconds, (Self.milliseconds(request.stallTimeout) + 999) / 1000)
        var steps = [
            { self.set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout)) },
            { self.set(CURLOPT_TIMEOUT_MS, Self.milliseconds(request.totalDeadline)) },
        ]
        // curl looks at the speed every second: where the deadline ends the transfer first, that is for nothing.
        if request.stallTimeout < request.totalDeadline {
            steps.append { self.set(CURLOPT_LOW_SPEED_LIMIT, 1) }
            steps.append { self.set(CURLOPT_LOW_SPEED_TIME, stallSeconds) }
        }
        return Self.firstFailure(steps)
    }

    private func setMethod(_ request: HTTPRequest, _ body: UnsafeRawBufferPointer) -> CURLcode {
        if request.method == .head { return set(CURLOPT_NOBODY, 1) }
        let name = { self.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
        let hasBody = request.body != nil || [.post, .put, .patch].contains(request.method)
        guard hasBody else { return Self.firstFailure([{ self.set(CURLOPT_HTTPGET, 1) }, name]) }
        let size = curl_off_t(request.body?.count ?? 0)
        return Self.firstFailure([
            { self.set(CURLOPT_POST, 1) },
            { curl_shim_setopt_offset(self.handle.pointer, CURLOPT_POSTFIELDSIZE_LARGE, size) },
            { curl_shim_setopt_pointer(self.handle.pointer, CURLOPT_POSTFIELDS, body.baseAddress) },
            name,
        ])
    }

    private func setCallbacks(_ transfer: Transfer) -> CURLcode {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        let onHeader: curl_write_callback = { start, size, count, context in
            HTTPClient.hand(start, size * count, to: context) { $0.takeHeader($1) }
        }
        let onBody: curl_write_callback = { start, size, count, context in
            HTTPClient.hand(start, size * count, to: context) { $0.takeBody($1) }
        }
        let onProgress: curl_xferinfo_callback = { context, _, _, _, _ in
            guard let context else { return 1 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().mayGoOn() ? 0 : 1
        }
        let pointer = handle.pointer
        return Self.firstFailure([
            { curl_shim_setopt_write(pointer, CURLOPT_HEADERFUNCTION, onHeader) },
            { curl_shim_setopt_pointer(pointer, CURLOPT_HEADERDATA, context) },
            { curl_shim_setopt_write(pointer, CURLOPT_WRITEFUNCTION, onBody) },
            { curl_shim_setopt_pointer(pointer, CURLOPT_WRITEDATA, context) },
            { curl_shim_setopt_progress(pointer, CURLOPT_XFERINFOFUNCTION, onProgress) },
            { curl_shim_setopt_pointer(pointer, CURLOPT_XFERINFODATA, context) },
        ])
    }

    /// Hands what curl received to the transfer; returns `count`, or for an end anything else.
    private static func hand(
        _ start: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        to context: UnsafeMutableRawPointer?,
        _ take: (Transfer, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard let context, count > 0 else { return count }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return take(transfer, UnsafeRawBufferPointer(start: start, count: count)) ? count : 0
    }

    private func set(_ option: CURLoption, _ value: Int) -> CURLcode {
        curl_shim_setopt_long(handle.pointer, option, value)
    }

    private func set(_ option: CURLoption, _ value: String?) -> CURLcode {
        curl_shim_setopt_string(handle.pointer, option, value)
    }

    private static func firstFailure(_ steps: [() -> CURLcode]) -> CURLcode {
        for step in steps {
            let code = step()
            guard code == CURLE_OK else { return code }
        }
        return CURLE_OK
    }

    /// A duration as curl takes it: at least 1, as 0 is "for ever", and within 31 bits.
    static func milliseconds(_ duration: Duration) -> Int {
        Int(max(1, min(duration / .milliseconds(1), 2e9)))
    }
}
