import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite struct ProjectReaderTests {
    private let reader = ProjectReader(runtimes: Sample.runtimes, plan: Sample.free)

    private func read(_ text: String) throws -> Project {
        try reader.project(
            try StrictJSON.parse(Array(text.utf8)),
            id: "prj_1",
            organization: "org_1",
            at: Sample.now
        )
    }

    private func field(_ text: String) -> String? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return (error as? APIError)?.details.field ?? "none"
        }
    }

    private static func letters(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test(arguments: [
        BadBody("{}", "name"), BadBody(#"{"name": null}"#, "name"),
        BadBody(#"{"name": 1}"#, "name"), BadBody(#"{"name": ""}"#, "name"),
        BadBody(#"{"name": "a\nb"}"#, "name"), BadBody(#"{"name": "a\u202eb"}"#, "name"),
        BadBody(#"{"name": "a\u2028b"}"#, "name"), BadBody(#"{"name": "x", "nam": 1}"#, "nam"),
        BadBody(#"{"name": "x", "description": 1}"#, "description"),
        BadBody(#"{"name": "x", "description": "\u0000"}"#, "description"),
        BadBody(#"{"name": "x", "description": "\r\n"}"#, "description"),
        BadBody(#"{"name": "x", "description": "\u009b"}"#, "description"),
        BadBody(#"{"name": "x", "language": 1}"#, "language"),
        BadBody(#"{"name": "x", "language": "cobol"}"#, "language"),
        BadBody(#"{"name": "x", "language": "ruby"}"#, "language"),
        BadBody(#"{"name": "x", "version": "3"}"#, "version"),
        BadBody(#"{"name": "x", "language": "py", "version": "2"}"#, "version"),
        BadBody(#"{"name": "x", "entry": ""}"#, "entry"),
        BadBody(#"{"name": "x", "entry": "../x"}"#, "entry"),
        BadBody(#"{"name": "x", "entry": "/x"}"#, "entry"),
        BadBody(#"{"name": "x", "entry": "a\u0000"}"#, "entry"),
        BadBody(#"{"name": "x", "entry": ["a"]}"#, "entry"),
        BadBody(#"{"name": "x", "env": []}"#, "env"),
        BadBody(#"{"name": "x", "env": {"1": ""}}"#, "env.1"),
        BadBody(#"{"name": "x", "env": {"1": null}}"#, "env.1"),
        BadBody(#"{"name": "x", "env": {"A": 1}}"#, "env.A"),
        BadBody(#"{"name": "x", "env": {"A": "\u0000"}}"#, "env.A"),
        BadBody(#"{"name": "x", "limits": 1}"#, "limits"),
        BadBody(#"{"name": "x", "limits": {"wall": 1}}"#, "limits.wall"),
        BadBody(#"{"name": "x", "limits": {"wall_ms": 0}}"#, "limits.wall_ms"),
        BadBody(#"{"name": "x", "limits": {"memory_bytes": 1048575}}"#, "limits.memory_bytes"),
        BadBody("[]", "none"),
    ])
    func `what no project can be is refused by field`(bad: BadBody) {
        #expect(field(bad.body) == bad.field)
    }

    /// The limits of a project: a function that makes a body of a size, the maximum size, and the
    /// field that the refusal above it names.
    static let bounds: [RequestLimitTests.Bound] = [
        .init("name", max: 100) { #"{"name": "\#(String(repeating: "😀", count: $0))"}"# },
        .init("description", max: 2_000) {
            #"{"name": "x", "description": "\#(String(repeating: "é", count: $0))"}"#
        },
        .init("entry", max: 255) { #"{"name": "x", "entry": "\#(letters($0))"}"# },
        .init("language", max: 64) { length in
            // Above the limit the length is refused, below it the unknown language.
            #"{"name": "x", "language": "\#(length > 64 ? letters(length) : "python")"}"#
        },
        .init("env", max: 64) { count in
            let names = (0..<count).map { "\"A\($0)\": \"\"" }.joined(separator: ",")
            return #"{"name": "x", "env": {\#(names)}}"#
        },
        .init("env", max: 32_768) { #"{"name": "x", "env": {"A": "\#(letters($0 - 3))"}}"# },
        .init("limits.wall_ms", max: 10_000) { #"{"name": "x", "limits": {"wall_ms": \#($0)}}"# },
    ]

    @Test(arguments: bounds)
    func `each bound holds below it, at it and above it`(bound: RequestLimitTests.Bound) {
        #expect(field(bound.members(bound.max - 1)) == nil)
        #expect(field(bound.members(bound.max)) == nil)
        #expect(field(bound.members(bound.max + 1)) == bound.field)
    }

    @Test func `names that are added in a change are counted with those that there are`() throws {
        let names = (0..<63).map { "\"A\($0)\": \"\"" }.joined(separator: ",")
        var project = try read(#"{"name": "x", "env": {\#(names)}}"#)
        func change(_ text: String) throws {
            let body = try StrictJSON.parse(Array(text.utf8))
            try reader.change(&project, try ProjectBody.change.decode(body))
        }
        try change(#"{"env": {"B": ""}}"#)
        #expect(project.environment.count == 64)
        #expect(throws: APIError.self) { try change(#"{"env": {"C": ""}}"#) }
        try change(#"{"env": {"C": "", "B": null, "A0": "new"}}"#)
        #expect(project.environment.count == 64)
        #expect(project.environment["A0"] == "new")
        #expect(project.environment["B"] == nil)
    }

    @Test func `the longest project of all fits a body, however it is escaped`() throws {
        let escape = #"\u0041"#
        let wide = #"\ud83d\ude00"#
        let parts = [
            #""name": "\#(String(repeating: wide, count: 100))""#,
            #""description": "\#(String(repeating: wide, count: 2_000))""#,
            #""entry": "\#(String(repeating: escape, count: 255))""#,
            #""env": {"A": "\#(String(repeating: escape, count: 32_765))"}"#,
        ]
        let body = "{" + parts.joined(separator: ",") + "}"
        #expect(field(body) == nil)
        #expect(body.utf8.count < ProjectReader.bodyBytesMax)
    }

    @Test(arguments: [(-1, 201), (0, 201), (1, 413)])
    func `a body is read up to its bound`(excess: Int, status: Int) async throws {
        try await Fixture().run { caller in
            let start = #"{"name": "x"}"#
            let spaces = ProjectReader.bodyBytesMax + excess - start.utf8.count
            let body = start + String(repeating: " ", count: spaces)
            let reply = try await caller.send(.post, "/v1/projects", body, as: Fixture.writer)
            #expect(reply.status == status)
        }
    }

    @Test(arguments: ["application/x-www-form-urlencoded", "text/plain"])
    func `a project is JSON`(type: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .post,
                "/v1/projects",
                "name=x",
                as: Fixture.writer,
                type: type
            )
            #expect(reply.status == 415)
            let empty = try await caller.send(.post, "/v1/projects", "", as: Fixture.writer)
            #expect(empty.status == 400)
        }
    }
}
