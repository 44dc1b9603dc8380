import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON
import Testing

@testable import API

/// The document at `/openapi.json`; the tests of each route also check its answers against it.
@Suite struct DocumentTests {
    private static func members(of value: JSONValue) -> [JSONValue.Member] {
        value.members
            + (value.members.map(\.value) + value.elements).flatMap { members(of: $0) }
    }

    private static func operations(_ document: JSONValue) -> [JSONValue] {
        (document["paths"]?.members ?? []).flatMap { $0.value.members.map(\.value) }
    }

    @Test func `every route has an operation, and every operation a name of its own`() throws {
        let fixture = try Fixture()
        let routes = try fixture.table().routes
        let endpoints = routes.compactMap(Endpoint.init)
        let operations = Self.operations(try fixture.document())
        #expect(operations.count == endpoints.count)
        #expect(Set(endpoints.map(\.operation.id)).count == endpoints.count)
        let paths = Set(endpoints.map(\.path))
        #expect(paths.allSatisfy { !$0.hasPrefix("/v1/") })
        #expect(paths.isSuperset(of: ["/", "/openapi.json", "/docs", "/api/v1/executions/{id}"]))
    }

    @Test func `a path names exactly the parameters that it has`() throws {
        for endpoint in try Fixture().table().routes.compactMap(Endpoint.init) {
            let named = endpoint.path.matches(of: /\{(\w+)\}/).map { String($0.1) }
            let described = endpoint.operation.parameters.filter { $0.place == .path }
            #expect(Set(named) == Set(described.map(\.name)), "\(endpoint.path)")
            #expect(described.filter { !$0.isRequired }.isEmpty, "\(endpoint.path)")
        }
    }

    @Test func `every reference leads somewhere, and every schema is used`() throws {
        let document = try Fixture().document()
        let references = Set(
            Self.members(of: document).filter { $0.name == "$ref" }.compactMap(\.value.text)
        )
        #expect(references.count > 50)
        for reference in references {
            let found = reference.split(separator: "/").dropFirst()
                .reduce(Optional(document)) { $0?[String($1)] }
            #expect(found != nil, "\(reference)")
        }
        for schema in document["components"]?["schemas"]?.members ?? [] {
            #expect(references.contains("#/components/schemas/\(schema.name)"), "\(schema.name)")
        }
    }

    @Test func `every example is as its schema has it`() throws {
        let document = try Fixture().document()
        let check = Contract(document: document).schemas
        var count = 0
        for media in Self.members(of: document).map(\.value) where media["schema"] != nil {
            let schema = media["schema"] ?? .null
            let named = media["examples"]?.members.compactMap { $0.value["value"] } ?? []
            let own = schema["examples"]?.elements ?? []
            for example in [media["example"]].compactMap(\.self) + named + own {
                count += 1
                #expect(check.flaws(example, schema) == [])
            }
        }
        #expect(count > 60)  // otherwise the examples were not found
    }

    @Test func `every answer with a body of JSON has an example`() throws {
        let document = try Fixture().document()
        for operation in Self.operations(document) where operation["operationId"] != "document" {
            for response in operation["responses"]?.members ?? [] {
                let media = response.value["content"]?["application/json"]
                let hasExample = media?["example"] != nil || media?["examples"] != nil
                #expect(
                    media == nil || hasExample,
                    "\(operation["operationId"] ?? .null) \(response.name)"
                )
            }
        }
    }

    @Test func `it is served as it was written at the start`() async throws {
        let fixture = try Fixture()
        let bytes = JSONWriter.bytes(of: try fixture.document())
        try await fixture.run { caller in
            let reply = try await caller.send(.get, "/openapi.json")
            #expect(reply.status == 200)
            #expect(reply.headers[.contentType] == "application/json; charset=utf-8")
            #expect(reply.text == String(decoding: bytes, as: UTF8.self))
            #expect(reply["openapi"] == "3.1.1")
            #expect(reply["info.version"] == "1.2.3")
        }
    }

    @Test func `it tells of this machine and its operator's plans`() throws {
        let schemas = try Fixture().document()["components"]?["schemas"]
        let languages = schemas?["Language"]?["enum"]?.elements
        #expect(languages == ["c", "py", "python"])
        let wall = schemas?["LimitsAsked"]?["properties"]?["wall_ms"]
        #expect(wall?["maximum"] == .integer(10_000))
        let plans = schemas?["OrganizationChange"]?["properties"]?["plan"]?["enum"]?.elements
        #expect(plans == ["anonymous", "free", .null])
    }

    @Test func `a key in the address is a credential only where it is switched on`() throws {
        var fixture = try Fixture()
        let usual = try fixture.document()["components"]?["securitySchemes"]
        #expect(usual?["bearer"] != nil)
        #expect(usual?["query"] == nil)
        fixture.configuration.allowsQueryKey = true
        let open = try fixture.document()["components"]?["securitySchemes"]
        #expect(open?["query"] != nil)
    }

    @Test func `the dispatcher's secret is a credential only where there is one`() throws {
        var fixture = try Fixture()
        let usual = try fixture.document()["components"]?["securitySchemes"]
        #expect(usual?["dispatcher"] == nil)
        let text = "a-secret-of-the-dispatcher-and-ours"
        fixture.configuration.dispatcherSecret = DispatcherSecret(text)
        let open = try fixture.document()["components"]?["securitySchemes"]
        #expect(open?["dispatcher"] != nil)
    }

    @Test func `what is made leads to what can be done with it`() throws {
        let document = try Fixture().document()
        let create = document["paths"]?["/api/v1/executions"]?["post"]
        let links = create?["responses"]?["202"]?["links"]
        #expect(links?.members.map(\.name) == ["showExecution", "cancelExecution"])
        #expect(links?["showExecution"]?["parameters"] == ["id": "$response.body#/data/id"])
        let list = document["paths"]?["/api/v1/executions"]?["get"]
        #expect(list?["responses"]?["200"]?["links"] == nil)
        let write = document["paths"]?["/api/v1/projects/{id}/files/{path}"]?["put"]
        let besides = write?["responses"]?["201"]?["links"]
        #expect(
            besides?.members.map(\.name) == [
                "executeProject", "getProjectFile", "deleteProjectFile",
            ]
        )
        #expect(
            besides?["getProjectFile"]?["parameters"]
                == ["id": "$request.path.id", "path": "$request.path.path"]
        )
    }

    @Test(arguments: [
        "/v1/executions?stauts=queued", "/api/v1/executions/exe_1?verbose=1", "/v1/runtimes?x=",
        "/v1/usage?limit=1&limit=2",
    ])
    func `a parameter that is not documented is refused by name`(path: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.get, path, as: Fixture.reader)
            #expect(reply.status == 400)
            #expect(path.contains("?" + (reply.errorField ?? "nothing") + "="))
        }
    }

    @Test(arguments: ["/?utm_source=x", "/health/live?t=1", "/metrics?x=1", "/docs?x=1"])
    func `what monitors and browsers ask for may have anything behind it`(
        path: String
    ) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.get, path)
            #expect(reply.status == 200)
        }
    }
}
