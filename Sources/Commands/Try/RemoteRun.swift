import API
import Domain
import Foundation

/// The credential of a caller that has one.
enum RemoteCredential: Sendable {
    case key(String)
    case session(String)

    /// Returns the key of the environment, else the saved session.
    static func find(for server: ServerAddress) throws -> RemoteCredential? {
        guard let key = Setting("api-key").text() else {
            return try SavedSessions.standard().session(at: server).map { .session($0.token) }
        }
        guard key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CommandError(2, "QUICKSAND_API_KEY is not a key")
        }
        return .key(key)
    }

    var text: String {
        switch self {
        case .key(let text), .session(let text): text
        }
    }

    func refusal(by server: ServerAddress) -> CommandError {
        switch self {
        case .key: CommandError(2, "\(server) does not accept the key in QUICKSAND_API_KEY")
        case .session:
            CommandError(
                2,
                "the session at \(server) has ended; sign in again with quicksand login"
            )
        }
    }
}

/// One program at a server: submitted, awaited, and cancelled if the wait ends.
struct RemoteRun: Sendable {
    /// The size limit of an answer: a plan's largest outputs, escaped.
    private static let answerBytesMax = 256 << 20
    /// The timeout of an anonymous run: the server answers only at its end.
    private static let trialSecondsMax = 1_800
    /// The pause between two requests about one execution.
    private static let pause = Duration.milliseconds(500)

    let address: ServerAddress
    /// The credential; `nil` for an anonymous caller.
    let credential: RemoteCredential?
    let line: WaitingLine

    struct End: Sendable {
        let execution: RemoteExecution
        /// The final answer, with the ended execution.
        let answer: RemoteAnswer
        /// The answer with the rate limits of the run.
        let receipt: RemoteAnswer
    }

    func end(of source: RemoteSource) async throws -> End {
        let server = RemoteServer(address)
        // This request goes first and without the credential: no secret is sent to a server that
        // does not answer as Quicksand. It is also a request with an immediate answer: while
        // URLSession (Swift 6.3) waits on a newly opened connection, it keeps a core busy; on a
        // reused connection it does not.
        let answer = try await server.send(.init(method: "GET", path: "/api/v1/runtimes"))
        let program = try source.program(
            among: try answer.read(from: address, RuntimePayload.list),
            isStrangers: credential == nil
        )
        let body = program.encoded()
        guard let credential else { return try await runAsStranger(body, server) }
        return try await run(body, server.showing(credential.text), credential)
    }

    /// Runs the program in one request; closing its connection cancels the execution.
    private func runAsStranger(_ body: Data, _ server: RemoteServer) async throws -> End {
        line.say("running")
        let answer = try await server.send(
            RemoteServer.Request(
                method: "POST",
                path: "/api/v1/sandbox/try",
                body: body,
                idleSeconds: Self.trialSecondsMax,
                answerBytesMax: Self.answerBytesMax
            )
        )
        let execution = try answer.read(from: address, RemoteExecution.init)
        return End(execution: execution, answer: answer, receipt: answer)
    }

    /// Submits the program and polls it, so that its state is known, and no connection has to last
    /// as long as the queue.
    private func run(
        _ body: Data,
        _ server: RemoteServer,
        _ credential: RemoteCredential
    ) async throws -> End {
        let receipt = try await handIn(body, server)
        if receipt.status == 401 { throw credential.refusal(by: address) }
        var answer = receipt
        var execution = try answer.read(from: address, RemoteExecution.init)
        let path = "/api/v1/executions/" + execution.id
        do {
            while !execution.isFinished {
                line.say(execution.status.rawValue)
                try await Task.sleep(for: Self.pause)
                answer = try await server.send(
                    RemoteServer.Request(
                        method: "GET",
                        path: path,
                        answerBytesMax: Self.answerBytesMax
                    )
                )
                execution = try answer.read(from: address, RemoteExecution.init)
            }
        } catch {
            await cancel(path, server)
            throw error
        }
        return End(execution: execution, answer: answer, receipt: receipt)
    }

    /// Submits the program.
    ///
    /// Cancellation of the task does not stop it: only the answer has the id of the execution to
    /// cancel.
    private func handIn(_ body: Data, _ server: RemoteServer) async throws -> RemoteAnswer {
        let request = RemoteServer.Request(
            method: "POST",
            path: "/api/v1/executions",
            body: body,
            // A quick program has ended by then, and needs no second request.
            prefer: "respond-async, wait=1",
            answerBytesMax: Self.answerBytesMax
        )
        return try await Task { try await server.send(request) }.value
    }

    /// Cancels the execution.
    ///
    /// A failure is ignored: the user has left.
    private func cancel(_ path: String, _ server: RemoteServer) async {
        let request = RemoteServer.Request(method: "DELETE", path: path, idleSeconds: 5)
        _ = try? await Task { try await server.send(request) }.value
    }
}
