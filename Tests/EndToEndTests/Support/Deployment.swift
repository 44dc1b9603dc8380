import Foundation
import TestSupport
import Testing

/// A data folder, the servers that a test starts on it, and the keys that it makes there.
///
/// After every test, also a failed one, its servers are ended and its folder is deleted.
struct Deployment: Sendable {
    let folder: String
    var data: String { folder + "/data" }

    static func make(_ body: (Deployment) async throws -> Void) async throws {
        let name = "quicksand-e2e-\(UUID().uuidString)"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(Deployment(folder: folder))
    }

    /// Starts a server, which may fail to start, and which the caller ends.
    ///
    /// There are no standby jails, so that tests can count the jails of executions, and programs
    /// have ample time; `--standby` and `--limits` among the arguments override that.
    ///
    /// - Parameter launcher: a command that executes the command in its arguments.
    func start(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        below launcher: [String] = []
    ) throws -> RunningProgram {
        let command =
            launcher + [Product.quicksand, "serve", "--port", "0", "--data", data]
            + ["--standby", "0"]
            + (arguments.contains("--limits") ? [] : ["--limits", try writeLimits()]) + arguments
        return try RunningProgram(
            command[0],
            Array(command.dropFirst()),
            environment: environment
        )
    }

    /// Starts a server for `body`, and ends it.
    func serve(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        _ body: (Server) async throws -> Void
    ) async throws {
        let program = try start(arguments, environment: environment)
        do {
            try await body(try await Server(program, deployment: self))
        } catch {
            let log = program.stderr.value.text
            await program.end()
            Issue.record("the server's log:\n\(log)")
            throw error
        }
        await program.end()
    }

    /// Makes a key on the command line, also beside a running server.
    func makeKey(
        plan: String = "enterprise",
        scopes: [String] = ["projects:read", "projects:write"],
        organization: String? = nil
    ) async throws -> Key {
        var arguments = ["keys", "create", "--name", "test", "--plan", plan, "--data", data]
        arguments += scopes.flatMap { ["--scope", $0] }
        if let organization { arguments += ["--organization", organization] }
        let result = try await quicksand(arguments)
        try #require(result.code == 0, "\(result.stderr)")
        let rows = result.stdout.split(separator: "\n")
        func column(_ name: String) throws -> String {
            let row = try #require(rows.first { $0.hasPrefix(name + " ") })
            return row.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
        }
        return Key(
            id: try column("id"),
            plaintext: try column("key"),
            organization: try column("organization"),
            webhookSecret: try column("webhook secret")
        )
    }

    /// Writes the shipped limits, with this time limit of programs in every plan.
    /// - Returns: the file's path.
    func writeLimits(milliseconds: Int = Limits.ampleMilliseconds) throws -> String {
        try write(try Limits.shipped(milliseconds: milliseconds), as: "limits.json")
    }

    /// Writes a file beside the data folder.
    /// - Returns: its path.
    func write(_ text: String, as name: String) throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }
}

/// The repository's limits.json, and its variants for tests.
enum Limits {
    static let path = Repository.root.appendingPathComponent("limits.json").path
    /// What no program uses but one that is to be ended: the machine may be busy.
    static let ampleMilliseconds = 600_000

    static func shipped(milliseconds: Int) throws -> String {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.replacing(/"(wall|cpu)_ms": \{"default": [0-9]+, "ceiling": [0-9]+\}/) {
            "\"\($0.1)_ms\": {\"default\": \(milliseconds), \"ceiling\": \(milliseconds)}"
        }
    }
}

struct Key: Sendable {
    let id: String
    let plaintext: String
    let organization: String
    let webhookSecret: String
}

/// Starts a server on a new data folder.
func withServer(
    _ arguments: [String] = [],
    _ body: (Server) async throws -> Void
) async throws {
    try await Deployment.make { try await $0.serve(arguments, body) }
}

/// Starts a server and makes a key for it.
func withKey(
    _ arguments: [String] = [],
    plan: String = "enterprise",
    _ body: (Server, Key) async throws -> Void
) async throws {
    try await withServer(arguments) { server in
        try await body(server, try await server.deployment.makeKey(plan: plan))
    }
}
