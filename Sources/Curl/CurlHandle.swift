import CLibCurl

/// Owns one easy handle, its error buffer and what waits for it; closes its connections in the end.
final class CurlHandle {
    /// libcurl's own state, set up once for the process, before its first handle.
    private static let globalResult = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    let pointer: UnsafeMutableRawPointer
    /// Holds the connections; a transfer is driven by it, so that it can wait for something else besides.
    private let multi: UnsafeMutableRawPointer
    private let errorText: UnsafeMutableBufferPointer<CChar>

    init() throws(CurlError) {
        guard Self.globalResult == CURLE_OK, let pointer = curl_easy_init() else {
            throw CurlHandle.noHandle
        }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(pointer)
            throw CurlHandle.noHandle
        }
        self.pointer = pointer
        self.multi = multi
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_multi_cleanup(multi)
        errorText.deallocate()
    }

    private static var noHandle: CurlError {
        CurlError(kind: .other(Int32(CURLE_FAILED_INIT.rawValue)), request: "curl", message: "no handle")
    }

    /// Makes the transfer that is configured.
    ///
    /// Whoever is to be asked whether it may go on is asked once `descriptor` is readable, when something arrives, and
    /// after `milliseconds` at the latest. `onSent` is called once where all `bytes` of the body are on their way and the
    /// reply is still to come.
    func perform(
        waking descriptor: Int32?,
        atMost milliseconds: Int,
        bytes: Int,
        onSent: (() -> Void)?
    ) -> CURLcode {
        guard curl_multi_add_handle(multi, pointer) == CURLM_OK else { return CURLE_FAILED_INIT }
        defer { curl_multi_remove_handle(multi, pointer) }
        let timeout = Int32(clamping: milliseconds)
        var running: Int32 = 0
        var onSent = onSent
        while true {
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_OUT_OF_MEMORY }
            guard running > 0 else { break }
            if let work = onSent, measure(CURLINFO_PRETRANSFER_TIME_T) > 0,
                measure(CURLINFO_SIZE_UPLOAD_T) >= bytes
            {
                onSent = nil
                work()
                continue
            }
            let isDone =
                if let descriptor {
                    wait(descriptor, timeout)
                } else {
                    curl_multi_poll(multi, nil, 0, timeout, nil)
                }
            guard isDone == CURLM_OK else { return CURLE_OUT_OF_MEMORY }
        }
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
        }
        return CURLE_FAILED_INIT
    }

    private func wait(_ descriptor: Int32, _ timeout: Int32) -> CURLMcode {
        var wake = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        return curl_multi_poll(multi, &wake, 1, timeout, nil)
    }

    /// Forgets all options, but keeps connections, names and TLS sessions.
    func reset() -> CURLcode {
        curl_easy_reset(pointer)
        errorText[0] = 0
        return curl_shim_setopt_pointer(pointer, CURLOPT_ERRORBUFFER, errorText.baseAddress)
    }

    /// What went wrong, in curl's words.
    func message(for code: CURLcode) -> String {
        let detail = String(decoding: errorText.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    }

    /// A duration or size that the latest transfer measured.
    func measure(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        guard curl_shim_getinfo_offset(pointer, info, &value) == CURLE_OK else { return 0 }
        return Int(value)
    }
}
