import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

/// Every route with an identifier answers 404 for an object of another organization.
@Suite struct ForeignIdentifierTests {
    /// The objects of the other organization, by the part of the path before the identifier.
    private static let foreign = [
        "executions": "exe_foreign", "deliveries": "msg_foreign", "api-keys": "key_stranger",
        "organizations": "org_2", "projects": "prj_foreign", "dispatcher/tasks": "tsk_foreign",
        "users/me/invitations": "inv_foreign",
    ]

    /// Returns a valid body for each method, so that only the identifier can be refused.
    private static func body(_ route: Route) -> String? {
        switch route.method {
        case .get, .delete: nil
        case .put: #"{"role": "member"}"#
        default: "{}"
        }
    }

    private func prepare(_ fixture: Fixture) async throws {
        try await fixture.store.save(
            Sample.execution("exe_foreign", organization: "org_2"),
            deliveries: [
                Sample.delivery(
                    "msg_foreign",
                    organization: "org_2",
                    execution: "exe_foreign",
                    state: .failed(at: Sample.now)
                )
            ]
        )
        let project = Project(
            id: "prj_foreign",
            organization: "org_2",
            name: "x",
            createdAt: Sample.now,
            updatedAt: Sample.now
        )
        #expect(try await fixture.store.insert(project, limit: 1))
        _ = try await fixture.store.write(
            SourceFile(path: "a.txt", content: Data("x".utf8)),
            project: project.id,
            organization: project.organization,
            at: Sample.now,
            within: ProjectBounds(filesMax: 1, bytesMax: 1)
        )
        try await fixture.store.insert(
            Sample.task("tsk_foreign", organization: "org_2"),
            unfinishedMax: 1
        )
    }

    @Test func `another organization's object cannot be told from a missing one`() async throws {
        let fixture = try Fixture()
        let routes = try fixture.table().routes.filter {
            $0.path.hasPrefix("/api/v1/") && $0.path.contains(":")
        }
        #expect(routes.count >= 10)
        try await fixture.runDispatching { caller in
            try await prepare(fixture)
            for route in routes {
                let words = route.path.split(separator: "/").dropFirst(2)
                let kind = words.prefix { !$0.hasPrefix(":") }.joined(separator: "/")
                let id = try #require(Self.foreign[kind], "\(route.path) has no sample")
                var replies: [Reply] = []
                for name in [id, String(id.prefix { $0 != "_" }) + "_0"] {
                    let path = route.path.replacing(":id", with: name)
                        .replacing(":user", with: "usr_0").replacing(":invitation", with: "inv_0")
                        .replacing("**", with: "a.txt")
                    let reply = try await caller.send(
                        route.method,
                        path,
                        Self.body(route),
                        as: Fixture.everything
                    )
                    replies.append(reply)
                }
                #expect(replies.map(\.status) == [404, 404], "\(route.method) \(route.path)")
                #expect(replies[0].text == replies[1].text, "\(route.method) \(route.path)")
            }
        }
    }
}
