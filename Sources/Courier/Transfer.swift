import CCurl
import Domain
import Foundation

/// One POST to send.
struct TransferRequest: Sendable {
    let id: String
    let url: CallbackURL
    /// The header lines, each as `name: value`.
    let headers: [String]
    let body: Data
}

/// The outcome of a transfer.
struct TransferResult: Sendable {
    let id: String
    let outcome: Delivery.Outcome
    let retryAfter: RetryAfter?
    let durationMilliseconds: Int
}

/// One attempt: a libcurl handle without the features that an untrusted URL could abuse.
///
/// libcurl calls back into this object, so its address must not change while the handle exists.
/// Only the transfer thread uses it.
final class Transfer {
    let easy: UnsafeMutableRawPointer
    private let id: String
    private let policy: AddressPolicy
    private let responseBytesMax: Int
    private let start = ContinuousClock.now
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var responseBytes = 0
    private var hasRefusedAddress = false
    private var hasUnknownAddress = false
    private var hasOpenedSocket = false

    /// Fails if libcurl has no memory, or was built without an option that confinement needs.
    init?(
        _ request: TransferRequest,
        policy: AddressPolicy,
        limits: CourierLimits,
        userAgent: String
    ) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        id = request.id
        self.policy = policy
        responseBytesMax = limits.responseBytesMax
        let isReady =
            configure(request, userAgent: userAgent) && configureConfinement()
            && configureLimits(limits) && configureCallbacks()
        guard isReady else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
    }

    private func configure(_ request: TransferRequest, userAgent: String) -> Bool {
        // An empty `Expect` keeps libcurl from waiting for a "100 Continue", which few receivers
        // send.
        for line in request.headers + ["Content-Type: application/json", "Expect:"] {
            guard let longer = curl_slist_append(headers, line) else { return false }
            headers = longer
        }
        return set(CURLOPT_URL, request.url.text)
            && set(CURLOPT_USERAGENT, userAgent)
            && ccurl_set_headers(easy, headers) == CURLE_OK
            && set(CURLOPT_POST, 1)
            && ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
                == CURLE_OK
            && set(body: request.body)
    }

    /// Sets the body, even if it is empty: without one, libcurl would read the body from standard
    /// input.
    ///
    /// libcurl keeps the only copy.
    private func set(body: Data) -> Bool {
        body.withUnsafeBytes { body in
            body.baseAddress.map {
                ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0) == CURLE_OK
            } ?? set(CURLOPT_COPYPOSTFIELDS, "")
        }
    }

    /// Confines the transfer: it uses no setting from the environment or a file, and connects only
    /// to the host.
    private func configureConfinement() -> Bool {
        set(CURLOPT_PROTOCOLS_STR, "http,https")
            && set(CURLOPT_FOLLOWLOCATION, 0)
            && set(CURLOPT_PROXY, "")  // otherwise libcurl uses http_proxy and similar variables
            && set(CURLOPT_NOPROXY, "*")
            && set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
            && set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
            && set(CURLOPT_SSL_VERIFYPEER, 1)
            && set(CURLOPT_SSL_VERIFYHOST, 2)
            && set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
            // Each attempt has its own connection and look-up; none is reused from an earlier
            // attempt.
            && set(CURLOPT_FRESH_CONNECT, 1)
            && set(CURLOPT_FORBID_REUSE, 1)
            && set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    }

    private func configureLimits(_ limits: CourierLimits) -> Bool {
        set(CURLOPT_NOSIGNAL, 1)
            && set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectMilliseconds)
            && set(CURLOPT_TIMEOUT_MS, limits.totalMilliseconds)
            // Without this, ending a transfer would wait for a silent name server, and block all
            // transfers.
            && set(CURLOPT_QUICK_EXIT, 1)
    }

    private func configureCallbacks() -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let write = ccurl_set_write(
            easy,
            { _, size, count, context in Transfer.from(context)?.receive(size * count) ?? 0 },
            context
        )
        let open = ccurl_set_opensocket(
            easy,
            { context, _, address in
                guard let address else { return CURL_SOCKET_BAD }
                return Transfer.from(context)?.openSocket(address) ?? CURL_SOCKET_BAD
            },
            context
        )
        let check = ccurl_set_prereq(
            easy,
            { context, peer, _, _, _ in
                let isPermitted = peer.flatMap { Transfer.from(context)?.isPermitted($0) } ?? false
                return isPermitted ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            },
            context
        )
        return write == CURLE_OK && open == CURLE_OK && check == CURLE_OK
    }

    private func set(_ option: CURLoption, _ value: Int) -> Bool {
        ccurl_set_long(easy, option, value) == CURLE_OK
    }

    private func set(_ option: CURLoption, _ value: String) -> Bool {
        ccurl_set_string(easy, option, value) == CURLE_OK
    }
}

// The callbacks of libcurl.
extension Transfer {
    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Checks an address before the socket is opened, so that not one packet is sent to a refused
    /// address.
    private func openSocket(_ target: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = ccurl_address(target, &bytes)
        guard isPermitted(IPAddress(bytes: Array(bytes.prefix(count)))) else {
            return CURL_SOCKET_BAD
        }
        hasOpenedSocket = true
        return ccurl_socket(target)
    }

    /// Checks the peer again after the connection and before the request, as a second defence in
    /// case the first check is circumvented.
    private func isPermitted(_ peer: UnsafePointer<CChar>) -> Bool {
        isPermitted(IPAddress(String(cString: peer)))
    }

    private func isPermitted(_ address: IPAddress?) -> Bool {
        switch address.map(policy.judgement) ?? .refused {
        case .permitted: return true
        case .refused: hasRefusedAddress = true
        case .unknown: hasUnknownAddress = true
        }
        return false
    }

    /// Counts the bytes of the answer.
    ///
    /// A smaller result than `count` ends the transfer.
    private func receive(_ count: Int) -> Int {
        responseBytes += count
        return responseBytes <= responseBytesMax ? count : 0
    }
}

// The result of the transfer.
extension Transfer {
    func result(_ code: CURLcode) -> TransferResult {
        let elapsed = (ContinuousClock.now - start) / .milliseconds(1)
        let retryAfter = value(ofHeader: "Retry-After").flatMap(RetryAfter.init)
        return TransferResult(
            id: id,
            outcome: outcome(code),
            retryAfter: retryAfter,
            durationMilliseconds: Int(elapsed)
        )
    }

    /// Returns the outcome.
    ///
    /// A final status counts, however the connection ended afterwards.
    private func outcome(_ code: CURLcode) -> Delivery.Outcome {
        var status = 0
        let isKnown = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK
        if isKnown, status >= 200 { return .answered(status: status) }
        // A name may have both permitted and refused addresses; a permitted one may be reachable
        // later, and an address that could not be judged may turn out to be one.
        let isBarred = !hasOpenedSocket && (hasRefusedAddress || hasUnknownAddress)
        if isBarred || code == CURLE_ABORTED_BY_CALLBACK {
            return hasUnknownAddress ? .failed(reason: "address not checked") : .addressNotAllowed
        }
        return .failed(reason: reason(code))
    }

    /// Returns the reason in a few words, which disclose neither an address nor the content of the
    /// answer.
    private func reason(_ code: CURLcode) -> String {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: "name not resolved"
        case CURLE_COULDNT_CONNECT: isRefused ? "connection refused" : "could not connect"
        case CURLE_OPERATION_TIMEDOUT: "timed out"
        case CURLE_PEER_FAILED_VERIFICATION: "certificate not trusted"
        case CURLE_SSL_CONNECT_ERROR: "TLS failed"
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR: "connection closed"
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: "answer not HTTP"
        default: "transfer failed"
        }
    }

    private var isRefused: Bool {
        var number = 0
        return ccurl_get_long(easy, CURLINFO_OS_ERRNO, &number) == CURLE_OK
            && number == Int(ECONNREFUSED)
    }

    private func value(ofHeader name: String) -> String? {
        var header: UnsafeMutablePointer<curl_header>?
        let code = curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &header)
        guard code == CURLHE_OK, let value = header?.pointee.value else { return nil }
        return String(cString: value)
    }
}
