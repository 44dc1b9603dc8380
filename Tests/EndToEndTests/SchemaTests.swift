import Foundation
import TestSupport
import Testing

/// The running server against its own OpenAPI document: schemathesis reads the document, and sends
/// valid and invalid requests.
///
/// It is a separate suite, because the other end-to-end tests have shorter time limits.
@Suite(.serialized, .guardedAgainstHanging)
struct SchemaTests {
    @Test func `the document is valid OpenAPI, and so are its examples`() async throws {
        try await Examination.make { examination in
            let result = try await examination.run(["check_document.py", examination.document])
            #expect(result.code == 0, "\(result.stdout)\(result.stderr)")
            #expect(result.stdout.hasPrefix("valid OpenAPI 3.1.1, "))
        }
    }

    @Test func `every operation does what the document says`() async throws {
        try await Examination.make { examination in
            try await examination.schemathesis(examples: 10)
        }
    }

    @Test func `it does so for somebody who has signed up`() async throws {
        try await Examination.make { examination in
            let tags = ["Accounts", "API keys", "Organizations", "Access tokens"]
            try await examination.schemathesis(
                tags.flatMap { ["--include-tag", $0] },
                examples: 8,
                as: "user"
            )
        }
    }

    @Test func `it does so for the dispatcher of everybody's tasks`() async throws {
        try await Examination.make { examination in
            try await examination.schemathesis(
                ["--include-tag", "Agent tasks"],
                examples: 8,
                as: Examination.dispatcherSecret
            )
        }
    }

    @Test func `it does so where the plan's rates are used up`() async throws {
        try await Examination.make(plan: "free", hasRates: true) { examination in
            try await examination.schemathesis(
                ["--phases", "fuzzing", "--include-tag", "Executions"],
                examples: 100  // with fewer than 20 the rates are not used up
            )
            try await examination.server.awaitLog("status=429")
        }
    }
}

/// A server, a key for it, and the tools beside it, in their own network: the generated requests
/// have arbitrary callback addresses, and none of them may be reached.
private struct Examination {
    private static let folder = Repository.root.appendingPathComponent("Tests/Schemathesis").path
    private static let python = Repository.root
        .appendingPathComponent(".quicksand/test-tools/bin/python").path

    static let dispatcherSecret = "a-secret-of-the-dispatcher-and-ours"

    let server: Server
    let key: Key

    var document: String { "http://127.0.0.1:\(server.port)/openapi.json" }

    static func make(
        plan: String = "enterprise",
        hasRates: Bool = false,
        _ body: (Examination) async throws -> Void
    ) async throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            "run Scripts/test-tools first, as `make test` does"
        )
        try await Deployment.make { deployment in
            let limits = hasRates ? Limits.path : try deployment.writeUnratedLimits()
            let program = try deployment.start(
                ["--sign-ups-per-day", "100000", "--limits", limits],
                below: [
                    "/usr/bin/env", "DISPATCHER_API_KEY=" + dispatcherSecret, "/usr/bin/unshare",
                    "--net", python, folder + "/loopback.py",
                ]
            )
            do {
                let server = try await Server(program, deployment: deployment)
                let key = try await deployment.makeKey(plan: plan, scopes: ["admin"])
                try await body(Examination(server: server, key: key))
            } catch {
                await program.end()
                throw error
            }
            await program.end()
        }
    }

    /// Runs a script of the tools' folder, or a module.
    func run(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let script = arguments[0].hasSuffix(".py") ? Self.folder + "/" + arguments[0] : arguments[0]
        return try await command(
            "/usr/bin/nsenter",
            ["--target", "\(server.program.pid)", "--net", Self.python, script]
                + arguments.dropFirst(),
            environment: environment,
            seconds: 500
        )
    }

    /// - Parameters:
    ///   - examples: the number of generated requests for each operation in the long form; the
    ///     short form generates a fifth.
    ///   - credential: `key`, `user`, or the dispatcher's secret.
    func schemathesis(
        _ arguments: [String] = [],
        examples: Int,
        as credential: String = "key"
    ) async throws {
        let drawn = Campaign.size(short: max(1, examples / 5), long: examples)
        let result = try await run(
            [
                "-m", "schemathesis.cli", "--config-file", Self.folder + "/schemathesis.toml",
                "run", "--checks", "all", "--no-color", "--max-examples", "\(drawn)", document,
            ] + arguments,
            environment: [
                "SCHEMATHESIS_HOOKS": Self.folder + "/hooks.py",
                "HYPOTHESIS_STORAGE_DIRECTORY": server.deployment.folder + "/hypothesis",
                "QUICKSAND_KEY_ID": key.id, "QUICKSAND_KEY": key.plaintext,
                "QUICKSAND_AS": credential, "QUICKSAND_ORGANIZATION": key.organization,
            ]
        )
        #expect(result.code == 0, "\(result.stdout)\(result.stderr)\n\(server.log.suffix(4_000))")
    }
}

extension Deployment {
    /// Writes the repository's limits without the rates of any plan.
    /// - Returns: the file's path.
    fileprivate func writeUnratedLimits() throws -> String {
        let file = Repository.root.appendingPathComponent("limits.json")
        let shipped = try JSONSerialization.jsonObject(with: try Data(contentsOf: file))
        let plans = (shipped as? [String: [String: [String: Any]]])?["plans"] ?? [:]
        let rates = [
            "per_second", "penalty_seconds", "per_minute", "per_day", "concurrent",
            "requests_per_minute",
        ]
        let unrated = plans.mapValues { plan in
            plan.merging(rates.map { ($0, NSNull()) }) { _, none in none }
        }
        let data = try JSONSerialization.data(withJSONObject: ["plans": unrated])
        return try write(String(decoding: data, as: UTF8.self), as: "limits.json")
    }
}
