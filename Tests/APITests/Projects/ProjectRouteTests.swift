import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite struct ProjectRouteTests {
    static let full = """
        {"name": "bot", "description": "two\\nlines", "language": "py", "version": "3",
         "entry": "src/main.py", "env": {"B": "s3cret", "A": ""}, "limits": {"wall_ms": 100}}
        """

    @Test(arguments: ["/api/v1", "/v1"])
    func `a project is made, found under its location and listed`(prefix: String) async throws {
        try await Fixture().run { caller in
            let path = prefix + "/projects"
            let made = try await caller.send(.post, path, Self.full, as: Fixture.writer)
            #expect(made.status == 201)
            let id = try #require(made["data.id"]?.text)
            #expect(id.hasPrefix("prj_") && id.count == 30)
            #expect(made.headers[.location] == "\(path)/\(id)")
            #expect(
                made["data"] == [
                    "id": .string(id), "name": "bot", "description": "two\nlines",
                    "language": "python", "version": "3", "entry": "src/main.py",
                    "env": ["A", "B"], "limits": ["wall_ms": .integer(100)],
                    "created_at": "2026-03-01T12:00:00.000Z",
                    "updated_at": "2026-03-01T12:00:00.000Z",
                ]
            )
            let shown = try await caller.send(.get, "\(path)/\(id)", as: Fixture.reader)
            #expect(shown.status == 200)
            #expect(shown["data"] == made["data"])
            let list = try await caller.send(.get, path + "?limit=1", as: Fixture.reader)
            #expect(list["data"] == made["data"].map { .array([$0]) })
            #expect(list["pagination.total"] == .integer(1))
        }
    }

    @Test func `a name is enough`() async throws {
        try await Fixture().run { caller in
            let body = #"{"name": "x", "language": null, "env": null, "limits": {"files": null}}"#
            let made = try await caller.send(.post, "/v1/projects", body, as: Fixture.writer)
            #expect(made.status == 201)
            #expect(made["data.description"] == "")
            for name in ["language", "version", "entry"] { #expect(made["data.\(name)"] == .null) }
            #expect(made["data.env"] == [])
            #expect(made["data.limits"] == [:])
        }
    }

    @Test func `there are as many projects as the plan allows`() async throws {
        try await Fixture().run { caller in
            func make() async throws -> Reply {
                try await caller.send(.post, "/v1/projects", Self.full, as: Fixture.writer)
            }
            for _ in 0..<3 { #expect(try await make().status == 201) }
            let refused = try await make()
            #expect(refused.status == 409)
            #expect(refused.errorCode == "CONFLICT")
            #expect(refused["error.details"] == ["limit": .integer(3)])
            let list = try await caller.send(.get, "/v1/projects", as: Fixture.writer)
            guard case .array(let projects)? = list["data"] else { return }
            let oldest = try #require(projects.last?["id"]?.text)
            let path = "/v1/projects/" + oldest
            #expect(try await caller.send(.delete, path, as: Fixture.writer).status == 200)
            #expect(try await make().status == 201)
        }
    }

    @Test func `a change changes what it names, and null clears`() async throws {
        try await Fixture().run { caller in
            let path = try await caller.makeProject(Self.full)
            func patch(_ body: String) async throws -> Reply {
                try await caller.send(.patch, path, body, as: Fixture.writer)
            }
            let before = try await caller.send(.get, path, as: Fixture.reader)
            #expect(try await patch("{}")["data"] == before["data"])

            let first = try await patch(#"{"name": "new", "env": {"C": "c", "A": null}}"#)
            #expect(first.status == 200)
            #expect(first["data.name"] == "new")
            #expect(first["data.env"] == ["B", "C"])
            #expect(first["data.language"] == "python")
            #expect(first["data.limits"] == ["wall_ms": .integer(100)])

            let second = try await patch(
                #"{"limits": {"cpu_ms": 5}, "entry": null, "description": null}"#
            )
            #expect(second["data.limits"] == ["cpu_ms": .integer(5)])
            #expect(second["data.entry"] == .null)
            #expect(second["data.description"] == "")
            #expect(second["data.env"] == ["B", "C"])

            let third = try await patch(
                #"{"language": null, "version": null, "env": null, "limits": null}"#
            )
            #expect(third["data.language"] == .null)
            #expect(third["data.env"] == [])
            #expect(third["data.limits"] == [:])
            #expect(try await caller.send(.get, path, as: Fixture.reader)["data"] == third["data"])
        }
    }

    @Test func `a version is judged with the language that it ends up with`() async throws {
        try await Fixture().run { caller in
            let path = try await caller.makeProject(Self.full)
            func patch(_ body: String) async throws -> Reply {
                try await caller.send(.patch, path, body, as: Fixture.writer)
            }
            #expect(try await patch(#"{"language": "c"}"#).errorField == "version")
            #expect(try await patch(#"{"version": "12"}"#).errorField == "version")
            #expect(try await patch(#"{"language": null}"#).errorField == "version")
            #expect(try await patch(#"{"language": "c", "version": "12"}"#).status == 200)
            #expect(try await patch(#"{"version": null}"#)["data.language"] == "c")
        }
    }

    @Test func `no answer has a value of the environment`() async throws {
        try await Fixture().run { caller in
            let path = try await caller.makeProject(Self.full)
            let calls: [(HTTPRequest.Method, String, String?)] = [
                (.get, path, nil), (.get, "/v1/projects", nil), (.patch, path, "{}"),
                (.patch, path, #"{"env": {"D": "s3cret"}}"#),
                (.patch, path, #"{"env": {"E": 1}}"#), (.get, path + "/files", nil),
                (.post, path + "/execute", #"{"code": ""}"#), (.get, path + "/executions", nil),
                (.get, "/v1/executions", nil), (.delete, path, nil),
            ]
            for (method, path, body) in calls {
                let reply = try await caller.send(method, path, body, as: Fixture.writer)
                #expect(reply.status < 500)
                #expect(!reply.text.contains("s3cret"), "\(method) \(path)")
            }
        }
    }

    @Test func `deleting answers with what it was, and has everything of it cancelled`()
        async throws
    {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let path = try await caller.makeProject(Self.full)
            let before = try await caller.send(.get, path, as: Fixture.reader)
            let deleted = try await caller.send(.delete, path, as: Fixture.writer)
            #expect(deleted.status == 200)
            #expect(deleted["data"] == before["data"])
            #expect(try await caller.send(.get, path, as: Fixture.reader).status == 404)
            #expect(try await caller.send(.delete, path, as: Fixture.writer).status == 404)
            #expect(fixture.service.cancelledProjects.map { "/v1/projects/" + $0 } == [path])
        }
    }

    @Test func `every call needs a credential with the scope`() async throws {
        try await Fixture().run { caller in
            let path = try await caller.makeProject(Self.full)
            for (method, ending) in Self.calls {
                let nobody = try await caller.send(method, path + ending)
                #expect(nobody.status == 401)
                guard method != .get else { continue }
                let reader = try await caller.send(method, path + ending, as: Fixture.reader)
                #expect(reader.status == 403)
                #expect(reader["error.details.required"] == "projects:write")
            }
        }
    }

    /// All routes of a project: the method, and the part of the path after the project's own.
    static let calls: [(HTTPRequest.Method, String)] = [
        (.get, ""), (.patch, ""), (.delete, ""), (.get, "/files"), (.get, "/files/a"),
        (.put, "/files/a"), (.delete, "/files/a"), (.post, "/execute"), (.get, "/executions"),
    ]

    @Test func `another organization's project cannot be told from none`() async throws {
        try await Fixture().run { caller in
            let path = try await caller.makeProject(Self.full)
            let put = try await caller.send(.put, path + "/files/a", "x", as: Fixture.writer)
            #expect(put.status == 201)
            let long = "/v1/projects/" + String(repeating: "x", count: 65)
            for (method, ending) in Self.calls {
                var answers: Set<JSONValue?> = []
                for path in [path, "/v1/projects/prj_0", long] {
                    let body = method == .get || method == .delete ? nil : "{}"
                    let reply = try await caller.send(
                        method,
                        path + ending,
                        body,
                        as: Fixture.stranger
                    )
                    #expect(reply.status == 404, "\(method) \(ending)")
                    answers.insert(reply["error"])
                }
                #expect(answers.count == 1, "\(method) \(ending)")
            }
            #expect(try await caller.send(.get, path, as: Fixture.reader).status == 200)
            let list = try await caller.send(.get, "/v1/projects", as: Fixture.stranger)
            #expect(list["pagination.total"] == .integer(0))
        }
    }

    @Test func `a path takes the methods that it has`() async throws {
        try await Fixture().run { caller in
            let allowed: [(String, String)] = [
                ("", "GET, HEAD, POST"), ("/x", "DELETE, GET, HEAD, PATCH"),
                ("/x/files", "GET, HEAD"), ("/x/files/", "GET, HEAD"),
                ("/x/files/a", "DELETE, GET, HEAD, PUT"),
                ("/x/files/a/b", "DELETE, GET, HEAD, PUT"), ("/x/execute", "POST"),
                ("/x/executions", "GET, HEAD"),
            ]
            for (path, list) in allowed {
                let reply = try await caller.send(
                    .init("TRACE") ?? .trace,
                    "/v1/projects" + path,
                    as: Fixture.writer
                )
                #expect(reply.status == 405, "\(path)")
                #expect(reply.headers[.allow] == list)
            }
            let nowhere = try await caller.send(.get, "/v1/projects/x/y", as: Fixture.writer)
            #expect(nowhere.status == 404)
        }
    }
}

extension Fixture.Caller {
    /// - Returns: the path of the project.
    func makeProject(_ body: String = #"{"name": "x"}"#) async throws -> String {
        let made = try await send(.post, "/v1/projects", body, as: Fixture.writer)
        return "/v1/projects/" + (made["data.id"]?.text ?? "none")
    }
}
