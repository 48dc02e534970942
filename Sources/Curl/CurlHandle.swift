import CLibCurl

/// Owns one easy handle and its error buffer; closes its connections in the end.
final class CurlHandle {
    /// libcurl's own state, set up once for the process, before its first handle.
    private static let globalResult = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutableBufferPointer<CChar>

    init() throws(CurlError) {
        guard Self.globalResult == CURLE_OK, let pointer = curl_easy_init() else {
            throw CurlError(kind: .other(Int32(CURLE_FAILED_INIT.rawValue)), request: "curl", message: "no handle")
        }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0)
    }

    deinit {
        curl_easy_cleanup(pointer)
        errorText.deallocate()
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
