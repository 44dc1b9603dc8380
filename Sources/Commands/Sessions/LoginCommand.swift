import ArgumentParser
import Foundation

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Signs in at a server, so that `quicksand try` runs as you.",
        discussion: """
            Asks for missing values, or reads them from standard input, a line each. No flag
            takes the password, because the list of processes and a shell's history would
            show it. The session is stored in ~/.config/quicksand/credentials.json, with
            mode 0600.

            Examples:
              quicksand login --server https://sandbox.example
              quicksand login --sign-up --name Ada --email ada@example.com
              quicksand login --email ada@example.com < password.txt
              quicksand login --sign-out
            """
    )

    @OptionGroup var server: ServerOptions

    @Option(help: "The e-mail address of your account.")
    var email: String?

    @Flag(help: "Create an account first.")
    var signUp = false

    @Option(help: "Your name, for --sign-up.")
    var name: String?

    @Flag(help: "End the session at the server and delete it here.")
    var signOut = false

    func run() async throws {
        try await CommandError.report {
            let address = try server.address()
            try server.requireSecrecy(to: address)
            if signOut {
                guard !signUp, email == nil, name == nil else {
                    throw CommandError(
                        2,
                        "--sign-out cannot be combined with --sign-up, --email or --name"
                    )
                }
                return try await endSession(at: address)
            }
            guard signUp || name == nil else { throw CommandError(2, "--name is for --sign-up") }
            try await beginSession(at: address)
        }
    }

    private struct Account: Encodable {
        var name: String?
        let email: String
        let password: String
    }

    private struct Entry: Decodable {
        let token: String
        let user: User

        struct User: Decodable {
            let name: String
            let email: String
        }
    }

    private struct Usage: Decodable {
        let plan: String
    }

    private func beginSession(at address: ServerAddress) async throws {
        let sessions = try SavedSessions.standard()
        // Read the saved sessions before the password prompt: after it, a failure would waste the
        // typing.
        let former = try sessions.session(at: address)
        let stranger = RemoteServer(address)
        let answer = try await stranger.send(
            RemoteServer.Request(
                method: "POST",
                path: "/api/auth/\(signUp ? "sign-up" : "sign-in")/email",
                body: try JSONEncoder().encode(try account())
            )
        )
        let entry: Entry = try answer.value(from: address)
        guard entry.token.wholeMatch(of: /[!-~]{1,1024}/) != nil else {
            throw CommandError(1, "\(address) answered without a valid token")
        }
        let session = SavedSession(token: entry.token, email: entry.user.email)
        try sessions.keep(session, at: address)
        // End the replaced session: without its token nobody could end it.
        if let former { _ = try? await stranger.showing(former.token).send(Self.ending) }
        let usage = try await stranger.showing(entry.token)
            .send(RemoteServer.Request(method: "GET", path: "/api/v1/usage"))
        let plan: Usage = try usage.data(from: address)
        print(
            "signed in at \(address) as \(ShownOutput.line(entry.user.name)) "
                + "<\(ShownOutput.line(entry.user.email))>, "
                + "on the plan \(ShownOutput.line(plan.plan))"
        )
    }

    /// Makes the account from the options and the user's answers.
    private func account() throws -> Account {
        let name = signUp ? try self.name ?? Question.ask("Name") : nil
        let email = try self.email ?? Question.ask("E-mail")
        let password = try Question.askHidden("Password")
        if signUp, Question.isInteractive {
            let again = try Question.askHidden("The same password again")
            guard password == again else { throw CommandError(2, "the two passwords differ") }
        }
        return Account(name: name, email: email, password: password)
    }

    private static let ending = RemoteServer.Request(method: "POST", path: "/api/auth/sign-out")

    /// Deletes the local session only once the server has ended it: until then the token works.
    private func endSession(at address: ServerAddress) async throws {
        let sessions = try SavedSessions.standard()
        guard let session = try sessions.session(at: address) else {
            throw CommandError(2, "there is no session at \(address)")
        }
        let answer = try await RemoteServer(address).showing(session.token).send(Self.ending)
        let hadEnded = answer.status == 401
        if !hadEnded { let _: SignedOut = try answer.value(from: address) }
        try sessions.keep(nil, at: address)
        print(
            hadEnded
                ? "the session at \(address) had ended already" : "signed out at \(address)"
        )
    }

    private struct SignedOut: Decodable {
        let success: Bool
    }
}
