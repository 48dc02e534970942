import CLibCurl

extension CurlError.Kind {
    /// The kind that curl's `code` stands for; `isPastDeadline` tells a stall from a deadline, which share one code.
    init(code: CURLcode, isPastDeadline: Bool) {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT:
            self = .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self = .resolve
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY:
            self = .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED, CURLE_SSL_CLIENTCERT:
            self = .tls
        case CURLE_OPERATION_TIMEDOUT:
            self = isPastDeadline ? .timedOut : .stalled
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            self = .truncated
        case CURLE_ABORTED_BY_CALLBACK:
            self = .aborted
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_TOO_MANY_REDIRECTS:
            // The request's own scheme has been checked before, so the protocol curl does not know is the reply's.
            self = .protocolViolation
        default:
            self = .other(Int32(bitPattern: code.rawValue))
        }
    }

    /// Whether a failure with `code` may pass by itself, where that is not a question of its kind.
    static func isTransient(_ code: CURLcode) -> Bool? {
        // A connection that breaks while it is being secured looks like this; a refused certificate has its own code.
        code == CURLE_SSL_CONNECT_ERROR ? true : nil
    }
}
