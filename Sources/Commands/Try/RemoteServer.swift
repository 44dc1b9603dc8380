import Foundation
import FoundationNetworking
import Glibc
import Synchronization

/// A Quicksand server, as its clients see it.
///
/// The client does not trust the server: answers are bounded, and their content is shown as text. A
/// secret goes only to its addressee: no redirect is followed, no proxy is used for this very
/// machine, and no cookie is kept.
struct RemoteServer: Sendable {
    let address: ServerAddress
    /// A key, or a session's token.
    private var credential: String?
    private let session: URLSession
    private let exchanges: Exchanges

    /// Makes an anonymous client of the server.
    init(_ address: ServerAddress) {
        // libcurl, the base of URLSession, takes its proxies from the environment.
        if address.isLoopback { setenv("no_proxy", "*", 1) }
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpShouldSetCookies = false
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        self.address = address
        exchanges = Exchanges()
        session = URLSession(
            configuration: configuration,
            delegate: exchanges,
            delegateQueue: nil
        )
    }

    /// Returns the same server, with a key or a session's token in each request.
    func showing(_ credential: String) -> RemoteServer {
        var server = self
        server.credential = credential
        return server
    }

    /// A request to the server.
    struct Request: Sendable {
        let method: String
        /// The path from the first `/`.
        let path: String
        var body: Data?
        var prefer: String?
        /// The longest time without any data, connecting included.
        var idleSeconds = 30
        var answerBytesMax = 1 << 20
    }

    /// Sends a request, and reads the whole answer.
    ///
    /// Cancelling the task closes the connection.
    /// - Throws: ``CommandError`` if no answer comes, `CancellationError`.
    func send(_ request: Request) async throws -> RemoteAnswer {
        guard let url = URL(string: address.description + request.path) else {
            throw CommandError(2, "\(address)\(request.path) is no address")
        }
        var message = URLRequest(url: url)
        message.timeoutInterval = TimeInterval(request.idleSeconds)
        message.httpMethod = request.method
        message.httpBody = request.body
        message.setValue("quicksand/\(Release.version)", forHTTPHeaderField: "User-Agent")
        message.setValue("application/json", forHTTPHeaderField: "Accept")
        // A sign-in needs an `Origin`; without a web page it is the server itself.
        message.setValue(address.description, forHTTPHeaderField: "Origin")
        if request.body != nil {
            message.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        if let prefer = request.prefer { message.setValue(prefer, forHTTPHeaderField: "Prefer") }
        if let credential {
            message.setValue("Bearer \(credential)", forHTTPHeaderField: "Authorization")
        }
        let task = session.dataTask(with: message)
        do {
            return try await exchanges.run(task, bytesMax: request.answerBytesMax)
        } catch let error as URLError {
            throw try explain(error, idleSeconds: request.idleSeconds)
        } catch let failure as Exchanges.Failure {
            throw CommandError(1, "\(address) \(failure.sentence)")
        }
    }

    private func explain(_ error: URLError, idleSeconds: Int) throws -> CommandError {
        switch error.code {
        case .cancelled: throw CancellationError()
        case .timedOut: CommandError(1, "\(address) has not answered for \(idleSeconds) s")
        case .cannotFindHost, .dnsLookupFailed: CommandError(1, "there is no host \(address.host)")
        case .cannotConnectToHost:
            CommandError(1, "\(address) cannot be reached: nobody answers there")
        default:
            CommandError(
                1,
                "\(address) cannot be asked: \(ShownOutput.line(error.localizedDescription))"
            )
        }
    }
}

/// The requests under way, and the received parts of their answers.
private final class Exchanges: NSObject, URLSessionDataDelegate, Sendable {
    enum Failure: Error {
        case tooLarge(bytesMax: Int)
        case redirected(to: String)
        case asksForPassword
        case notHTTP

        var sentence: String {
            switch self {
            case .tooLarge(let bytesMax): "answers with more than \(bytesMax) bytes"
            case .redirected(let place):
                "sends on to \(ShownOutput.line(place)): give that address, if you trust it"
            case .asksForPassword: "asks for a password first, as no Quicksand server does"
            case .notHTTP: "does not answer by HTTP"
            }
        }
    }

    private struct Exchange {
        let bytesMax: Int
        let waiter: CheckedContinuation<RemoteAnswer, any Error>
        var body = Data()
        var failure: Failure?
    }

    /// The open exchanges by their tasks' identifiers.
    private let open = Mutex<[Int: Exchange]>([:])

    func run(_ task: URLSessionDataTask, bytesMax: Int) async throws -> RemoteAnswer {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { waiter in
                let exchange = Exchange(bytesMax: bytesMax, waiter: waiter)
                open.withLock { $0[task.taskIdentifier] = exchange }
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }

    private func fail(_ task: URLSessionTask, _ failure: Failure) {
        open.withLock { $0[task.taskIdentifier]?.failure = failure }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = open.withLock { open in
            guard var exchange = open[dataTask.taskIdentifier] else { return false }
            let isTooLarge = exchange.body.count + data.count > exchange.bytesMax
            if isTooLarge {
                exchange.failure = .tooLarge(bytesMax: exchange.bytesMax)
            } else {
                exchange.body += data
            }
            open[dataTask.taskIdentifier] = exchange
            return isTooLarge
        }
        if isTooLarge { dataTask.cancel() }
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        fail(task, .redirected(to: request.url?.absoluteString ?? "another place"))
        completionHandler(nil)
    }

    /// Rejects a challenge: an unanswered challenge never ends the task.
    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        fail(task, .asksForPassword)
        completionHandler(.cancelAuthenticationChallenge, nil)
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        didCompleteWithError error: (any Error)?
    ) {
        guard let exchange = open.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else {
            return
        }
        exchange.waiter.resume(with: Self.result(exchange, task.response, error))
    }

    private static func result(
        _ exchange: Exchange,
        _ response: URLResponse?,
        _ error: (any Error)?
    ) -> Result<RemoteAnswer, any Error> {
        if let failure = exchange.failure { return .failure(failure) }
        if let error { return .failure(error) }
        guard let response = response as? HTTPURLResponse else { return .failure(Failure.notHTTP) }
        var headers: [String: String] = [:]
        for case (let name as String, let value as String) in response.allHeaderFields {
            headers[name.lowercased()] = value
        }
        return .success(
            RemoteAnswer(status: response.statusCode, headers: headers, body: exchange.body)
        )
    }
}
