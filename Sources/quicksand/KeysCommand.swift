import ArgumentParser
import Domain
import Foundation
import Identity
import SQLiteStore

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes, lists and revokes API keys, also beside a running server.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// Opens the store for the length of `body`, and leaves its files to the service's user.
    private static func withStore(
        _ options: DataOptions,
        _ body: (SQLiteStore) async throws -> Void
    ) async throws {
        let folder = try options.folder()
        try folder.prepare()
        let store = try folder.openStore()
        defer {
            try? store.close()
            try? folder.prepare()
        }
        try await body(store)
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key and prints it, once.",
            discussion: """
                Example:
                  quicksand keys create --name ci --plan free --scope projects:write --scope projects:read
                """
        )

        @Option(help: "What the key is for.")
        var name: String

        @Option(help: "A plan of the limits file.")
        var plan: String

        @Option(name: .customLong("scope"), help: "What the key may do; repeat for more.")
        var scopes: [String] = []

        @Option(help: "An organization that has keys already; by default a new one.")
        var organization: String?

        @Option(help: "Days until the key expires; never by default.")
        var days: Int?

        @OptionGroup var machine: MachineOptions
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await Stop.report {
                let plans = try machine.plans()
                try await withStore(data) { store in
                    let issuer = KeyIssuer(store: store, plans: plans, clock: .system)
                    let expiry = days.map { Date(timeIntervalSinceNow: Double($0) * 86_400) }
                    do {
                        let (key, secret) = try await issuer.create(
                            name: name,
                            plan: plan,
                            scopes: scopes,
                            organization: organization,
                            expiresAt: expiry
                        )
                        let signing = try await store.webhookSecret(
                            organization: key.organization,
                            candidate: WebhookSecret.make()
                        )
                        let rows = [
                            ["key", secret.plaintext], ["id", key.id],
                            ["organization", key.organization], ["webhook secret", signing],
                        ]
                        print(TextTable(rows).text)
                        FileHandle.standardError.write(
                            Data("The key is shown this once; only its hash is kept.\n".utf8)
                        )
                    } catch let error as KeyIssueError {
                        throw Stop(2, "\(error)")
                    }
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the keys.")

        @OptionGroup var data: DataOptions

        func run() async throws {
            try await Stop.report {
                try await withStore(data) { store in
                    let date = ISO8601DateFormatter()
                    var rows = [
                        ["ID", "NAME", "PLAN", "ORGANIZATION", "SCOPES", "LAST USED", "STATE"]
                    ]
                    rows += try await store.keys().map { key in
                        let state =
                            key.revokedAt != nil
                            ? "revoked" : key.isUsable(at: Date()) ? "" : "expired"
                        return [
                            key.id, key.name, key.plan, key.organization,
                            key.scopes.sorted().joined(separator: ","),
                            key.lastUsedAt.map(date.string) ?? "never", state,
                        ]
                    }
                    print(TextTable(rows).text)
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a key at once, also for a running server."
        )

        @Argument(help: "The key's id, key_….")
        var id: String

        @OptionGroup var data: DataOptions

        func run() async throws {
            try await Stop.report {
                try await withStore(data) { store in
                    guard try await store.revokeKey(id: id, at: Date()) else {
                        throw Stop(2, "there is no key \(id)")
                    }
                    print("revoked \(id)")
                }
            }
        }
    }
}
