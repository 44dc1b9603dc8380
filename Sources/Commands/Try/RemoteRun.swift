import API
import Domain
import Foundation

/// The credential of a caller that has one.
enum RemoteCredential: Sendable {
    case key(String)
    case session(String)

    /// The key in the environment, else the session that was kept.
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
    /// The longest answer: a plan's largest outputs, escaped.
    private static let answerBytesMax = 256 << 20
    /// For an anonymous run: the server answers only at its end.
    private static let trialSecondsMax = 1_800
    /// How long a server is left alone between two questions about one execution.
    private static let pause = Duration.milliseconds(500)

    let address: ServerAddress
    /// `nil` for a stranger.
    let credential: RemoteCredential?
    let line: WaitingLine

    struct End: Sendable {
        let execution: RemoteExecution
        /// The answer with the execution as it ended.
        let answer: RemoteAnswer
        /// The answer that told what the run was counted against.
        let receipt: RemoteAnswer
    }

    func end(of source: RemoteSource) async throws -> End {
        let server = RemoteServer(address)
        // First without the credential: nothing secret is sent to what does not answer as
        // Quicksand. And first what is answered at once: while URLSession (Swift 6.3) waits on a
        // connection that it has just opened, it keeps a core busy, and on one that it takes up
        // again it does not.
        let answer = try await server.send(.init(method: "GET", path: "/api/v1/runtimes"))
        let program = try source.program(
            among: try answer.read(from: address, RuntimePayload.list),
            isStrangers: credential == nil
        )
        let body = program.encoded()
        guard let credential else { return try await runAsStranger(body, server) }
        return try await run(body, server.showing(credential.text), credential)
    }

    /// One request, and closing its connection cancels the execution.
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

    /// Handed in and asked after, so that its state is known, and no connection has to last as long
    /// as a queue.
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

    /// Not cancelled with its task: only the answer says which execution is to be cancelled.
    private func handIn(_ body: Data, _ server: RemoteServer) async throws -> RemoteAnswer {
        let request = RemoteServer.Request(
            method: "POST",
            path: "/api/v1/executions",
            body: body,
            // What is quick has ended by then, and needs no second question.
            prefer: "respond-async, wait=1",
            answerBytesMax: Self.answerBytesMax
        )
        return try await Task { try await server.send(request) }.value
    }

    /// Whether that succeeds makes no difference: the user has gone.
    private func cancel(_ path: String, _ server: RemoteServer) async {
        let request = RemoteServer.Request(method: "DELETE", path: path, idleSeconds: 5)
        _ = try? await Task { try await server.send(request) }.value
    }
}
