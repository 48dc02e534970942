import CLibCurl

/// A URL as curl itself reads it, so that what is checked and shown is what is used.
struct RequestURL {
    /// The scheme, in small letters.
    let scheme: String

    /// The URL without credentials, query and fragment.
    let shown: String

    /// Nil if curl cannot read `text`.
    init?(_ text: String) {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        // curl would read no further than a NUL.
        guard !text.utf8.contains(0), curl_url_set(url, CURLUPART_URL, text, Self.anyScheme) == CURLUE_OK,
            let scheme = Self.part(CURLUPART_SCHEME, of: url)
        else { return nil }
        self.scheme = scheme
        for part in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT] {
            curl_url_set(url, part, nil, 0)
        }
        guard let shown = Self.part(CURLUPART_URL, of: url) else { return nil }
        self.shown = shown
    }

    /// The scheme is the caller's to judge.
    private static let anyScheme = UInt32(CURLU_NON_SUPPORT_SCHEME)

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
