import ArgumentParser
import Domain
import Foundation
import Identity
import SQLiteStore

struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Manages organizations and signing keys, also beside a running server.",
        discussion: """
            Examples:
              quicksand admin orgs
              quicksand admin plan org_01m7y99na36pfjsmd1a1a162hm pro
            """,
        subcommands: [Orgs.self, PlanOf.self, RotateSigningKey.self]
    )

    struct Orgs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the organizations, newest first."
        )

        @Option(help: "Organizations to list, 1 to 100.")
        var limit = 20

        @Option(help: "Organizations to skip.")
        var offset = 0

        @OptionGroup var data: DataOptions

        func run() async throws {
            try await CommandError.report {
                guard (1...100).contains(limit), offset >= 0 else {
                    throw CommandError(2, "--limit is 1 to 100, --offset 0 or more")
                }
                try await data.withStore { store in
                    let page = Page(limit: limit, offset: offset)
                    let listing = try await store.organizations(page: page)
                    let date = ISO8601DateFormatter()
                    var rows = [["ID", "NAME", "PLAN", "CREATED"]]
                    rows += listing.elements.map {
                        [$0.id, $0.name, $0.plan, date.string(from: $0.createdAt)]
                    }
                    print(TextTable(rows).text)
                    let shown = offset + listing.elements.count
                    if shown < listing.total {
                        print("\(listing.total - shown) more: --offset \(shown)")
                    }
                }
            }
        }
    }

    struct PlanOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan",
            abstract: "Moves an organization to a plan, from its next request on."
        )

        @Argument(help: "The organization's id, org_….")
        var organization: String

        @Argument(help: "A plan of the limits file.")
        var plan: String

        @OptionGroup var machine: MachineOptions
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await CommandError.report {
                let plans = try machine.plans()
                guard plans[plan] != nil else {
                    let known = plans.names.joined(separator: ", ")
                    throw CommandError(2, "there is no plan \(plan); the plans are \(known)")
                }
                try await data.withStore { store in
                    guard var found = try await store.organization(id: organization) else {
                        throw CommandError(2, "there is no organization \(organization)")
                    }
                    let before = found.plan
                    found.plan = plan
                    _ = try await store.update(found)
                    print("moved \(organization) from \(before) to \(plan)")
                }
            }
        }
    }

    struct RotateSigningKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Creates a new signing key for access tokens; the old one stays published for an hour."
        )

        @OptionGroup var data: DataOptions

        func run() async throws {
            try await CommandError.report {
                try await data.withStore { store in
                    let id = try await AccessTokens(store: store, clock: .system).rotate()
                    print("access tokens are signed by \(id) from now on")
                }
            }
        }
    }
}
