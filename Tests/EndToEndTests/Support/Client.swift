import Foundation
import Testing

/// A user at another machine's terminal, with a separate home folder.
struct Client: Sendable {
    let deployment: Deployment
    let server: String

    init(_ server: Server) {
        deployment = server.deployment
        self.server = "http://127.0.0.1:\(server.port)"
    }

    init(_ deployment: Deployment, server: String) {
        self.deployment = deployment
        self.server = server
    }

    static let password = "nine Purple t0ads!"

    var credentials: String { deployment.folder + "/config/quicksand/credentials.json" }

    func environment(key: Key? = nil) -> [String: String] {
        var environment = ["XDG_CONFIG_HOME": deployment.folder + "/config"]
        environment["QUICKSAND_SERVER"] = server
        if let key { environment["QUICKSAND_API_KEY"] = key.plaintext }
        return environment
    }

    func run(
        _ arguments: [String],
        stdin: Data = Data(),
        key: Key? = nil,
        environment: [String: String] = [:]
    ) async throws -> CommandResult {
        try await command(
            Product.quicksand,
            arguments,
            stdin: stdin,
            environment: self.environment(key: key).merging(environment) { $1 }
        )
    }

    /// Runs a program at the server.
    func attempt(
        _ code: String,
        as name: String = "program.py",
        _ options: [String] = [],
        stdin: Data = Data(),
        key: Key? = nil
    ) async throws -> CommandResult {
        let file = try deployment.write(code, as: name)
        return try await run(["try", file] + options, stdin: stdin, key: key)
    }

    func signUp(email: String = "ada@example.com") async throws -> CommandResult {
        try await run(
            ["login", "--sign-up", "--name", "Ada", "--email", email],
            stdin: Data((Self.password + "\n").utf8)
        )
    }

    /// Returns the saved token, if any.
    func savedToken() throws -> String? {
        let file = try JSON(Data(contentsOf: URL(fileURLWithPath: credentials)))
        return file["servers"][server]["token"].string
    }
}
