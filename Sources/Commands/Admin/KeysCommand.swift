import ArgumentParser
import Domain
import Foundation
import Identity
import SQLiteStore

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Creates, lists and revokes API keys, also beside a running server.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a key and prints it, once.",
            discussion: """
                Example:
                  quicksand keys create --name ci --plan free --scope projects:write --scope projects:read
                """
        )

        @Option(help: "The key's name.")
        var name: String

        @Option(help: "The plan of a new organization, from the limits file.")
        var plan: String?

        @Option(name: .customLong("scope"), help: "A scope of the key; repeatable.")
        var scopes: [String] = []

        @Option(help: "An existing organization; by default a new one.")
        var organization: String?

        @Option(help: "Days until the key expires; never by default.")
        var days: Int?

        @OptionGroup var machine: MachineOptions
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await CommandError.report {
                let plans = try machine.plans()
                try await data.withStore { store in
                    let issuer = KeyIssuer(store: store, clock: .system)
                    let expiry = days.map { Date(timeIntervalSinceNow: Double($0) * 86_400) }
                    do {
                        let (key, secret) = try await issuer.create(
                            name: name,
                            scopes: scopes,
                            organization: try await holder(store, plans),
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
                            Data("Keep the key: it is not shown again.\n".utf8)
                        )
                    } catch let error as KeyIssueError {
                        throw CommandError(2, "\(error)")
                    }
                }
            }
        }

        /// Returns the named organization's id, or makes an organization.
        private func holder(_ store: SQLiteStore, _ plans: Plans) async throws -> String {
            if let plan, plans[plan] == nil {
                let known = plans.names.joined(separator: ", ")
                throw CommandError(2, "there is no plan \(plan); the plans are \(known)")
            }
            if let organization {
                guard let found = try await store.organization(id: organization) else {
                    throw CommandError(2, "there is no organization \(organization)")
                }
                guard plan == nil || plan == found.plan else {
                    throw CommandError(
                        2,
                        "\(organization) is on the plan \(found.plan); to move it: "
                            + "quicksand admin plan \(organization) \(plan ?? "")"
                    )
                }
                return organization
            }
            guard let plan else { throw CommandError(2, "a new organization needs a --plan") }
            let now = Date()
            let made = Organization(
                id: Identifier.make(prefix: "org_", at: now),
                name: name,
                plan: plan,
                createdAt: now
            )
            try await store.insert(made)
            return made.id
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the keys.")

        @OptionGroup var data: DataOptions

        func run() async throws {
            try await CommandError.report {
                try await data.withStore { store in
                    let date = ISO8601DateFormatter()
                    var rows = [
                        ["ID", "NAME", "PLAN", "ORGANIZATION", "SCOPES", "LAST USED", "STATE"]
                    ]
                    rows += try await store.keys().map { issued in
                        let key = issued.key
                        let state =
                            key.revokedAt != nil
                            ? "revoked" : key.isUsable(at: Date()) ? "" : "expired"
                        return [
                            key.id, key.name, issued.organization.plan, key.organization,
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
            abstract: "Revokes a key at once, also at a running server."
        )

        @Argument(help: "The key's id, key_….")
        var id: String

        @OptionGroup var data: DataOptions

        func run() async throws {
            try await CommandError.report {
                try await data.withStore { store in
                    guard try await store.revokeKey(id: id, at: Date()) else {
                        throw CommandError(2, "there is no key \(id)")
                    }
                    print("revoked \(id)")
                }
            }
        }
    }
}
