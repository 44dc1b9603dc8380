import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import JSON
import NIOCore
import Testing

@testable import API

@Suite struct ProjectFileTests {
    private func withProject(
        _ body: @Sendable (Fixture.Caller, String) async throws -> Void
    ) async throws {
        try await Fixture().run { caller in
            try await body(caller, try await caller.makeProject() + "/files")
        }
    }

    @Test func `a file is written, read as its bytes, replaced and deleted`() async throws {
        try await withProject { caller, files in
            let path = files + "/src/data.bin"
            let bytes = [UInt8](0...255)
            let made = try await caller.put(path, bytes, type: "text/html")
            #expect(made.status == 201)
            let described: JSONValue = [
                "path": "src/data.bin", "bytes": .integer(256),
                "updated_at": "2026-03-01T12:00:00.000Z",
            ]
            #expect(made["data"] == described)
            let read = try await caller.send(.get, path, as: Fixture.reader)
            #expect(read.status == 200)
            #expect(read.bytes == bytes)
            #expect(read.headers[.contentType] == "application/octet-stream")
            #expect(read.headers[.contentDisposition] == "attachment")
            #expect(read.headers[.xContentTypeOptions] == "nosniff")
            let head = try await caller.send(.head, path, as: Fixture.reader)
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)

            let replaced = try await caller.put(path, [], type: nil)
            #expect(replaced.status == 200)
            #expect(replaced["data.bytes"] == .integer(0))
            let empty = try await caller.send(.get, path, as: Fixture.reader)
            #expect(empty.status == 200)
            #expect(empty.bytes.isEmpty)

            let deleted = try await caller.send(.delete, path, as: Fixture.writer)
            #expect(deleted.status == 200)
            #expect(deleted["data"] == replaced["data"])
            for method in [HTTPRequest.Method.get, .delete] {
                let gone = try await caller.send(method, path, as: Fixture.writer)
                #expect(gone.status == 404)
                #expect(gone.errorCode == "NOT_FOUND")
            }
        }
    }

    @Test func `files are listed by path, in pages`() async throws {
        try await withProject { caller, files in
            for path in ["b", "a/b", "a/a"] {
                #expect(try await caller.put(files + "/" + path, [1]).status == 201)
            }
            func list(_ query: String) async throws -> [String?] {
                let reply = try await caller.send(.get, files + query, as: Fixture.reader)
                #expect(reply["pagination.total"] == .integer(3))
                guard case .array(let elements)? = reply["data"] else { return [] }
                return elements.map { $0["path"]?.text }
            }
            #expect(try await list("") == ["a/a", "a/b", "b"])
            #expect(try await list("?limit=1&offset=1") == ["a/b"])
            let bad = try await caller.send(.get, files + "?path=a", as: Fixture.reader)
            #expect(bad.errorField == "path")
        }
    }

    @Test(arguments: [
        ("a%2Fb", "a/b"), ("%252e%252e", "%2e%2e"), ("a+b", "a+b"), ("a%20b", "a b"),
        ("%C3%A9", "é"), ("files/files", "files/files"), ("**", "**"), (":id", ":id"),
        ("a%3Fb%23c", "a?b#c"), ("...", "..."),
    ])
    func `a path is decoded once and is everything after files`(
        sent: String,
        kept: String
    ) async throws {
        for prefix in ["/v1", "/api/v1"] {
            try await Fixture().run { caller in
                let project = try await caller.makeProject().dropFirst("/v1".count)
                let path = "\(prefix)\(project)/files/\(sent)"
                let made = try await caller.put(path, [1])
                #expect(made.status == 201)
                #expect(made["data.path"] == .string(kept))
                #expect(try await caller.send(.get, path, as: Fixture.reader).bytes == [1])
            }
        }
    }

    @Test(arguments: [
        "../x", "a/../x", "a/..", "..", ".", "./a", "a/.", "%2e%2e/x", "%2E%2E%2fx", "/a", "%2Fa",
        "a//b", "a/", "a%2F", "a%00", "%0a", "%7F", "%C2%85", "%", "%f", "%zz", "%ff",
        "%C3", "%ED%A0%80", String(repeating: "x", count: 256),
        String(repeating: "x/", count: 32) + "x", String(repeating: "xxxx/", count: 205) + "x",
    ])
    func `a path that no file of a project can have is refused`(path: String) async throws {
        try await withProject { caller, files in
            for method in [HTTPRequest.Method.get, .put, .delete] {
                let reply = try await caller.send(
                    method,
                    files + "/" + path,
                    method == .put ? "x" : nil,
                    as: Fixture.writer
                )
                #expect(reply.status == 400, "\(method)")
                #expect(reply.errorField == "path")
            }
        }
    }

    @Test(arguments: [(99_999, 201), (100_000, 201), (100_001, 413)])
    func `a file is read up to the plan's ceiling for sources`(
        count: Int,
        status: Int
    ) async throws {
        try await withProject { caller, files in
            let bytes = [UInt8](repeating: 120, count: count)
            let reply = try await caller.put(files + "/a", bytes)
            #expect(reply.status == status)
            guard status == 413 else { return }
            #expect(reply.errorCode == "PAYLOAD_TOO_LARGE")
            #expect(reply["error.details.limit"] == .integer(100_000))
            #expect(try await caller.send(.get, files + "/a", as: Fixture.reader).status == 404)
        }
    }

    @Test func `the files of a project come to no more than an execution may have`()
        async throws
    {
        try await withProject { caller, files in
            for number in 0..<10 {
                #expect(try await caller.put(files + "/\(number)", [1]).status == 201)
            }
            let eleventh = try await caller.put(files + "/10", [1])
            #expect(eleventh.status == 409)
            #expect(eleventh["error.details.limit"] == .integer(10))
            let large = [UInt8](repeating: 120, count: 99_991)
            #expect(try await caller.put(files + "/0", large).status == 200)
            let more = try await caller.put(files + "/1", [1, 2])
            #expect(more.status == 409)
            #expect(
                more["error.details"] == ["value": .integer(100_001), "limit": .integer(100_000)]
            )
            #expect(try await caller.send(.get, files + "/1", as: Fixture.reader).bytes == [1])
        }
    }

    @Test(arguments: [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b"), ("%C3%A9", "e%CC%81")])
    func `no path is two things at once`(first: String, second: String) async throws {
        try await withProject { caller, files in
            #expect(try await caller.put(files + "/" + first, [1]).status == 201)
            let clash = try await caller.put(files + "/" + second, [1])
            #expect(clash.status == 409)
            #expect(clash.errorCode == "CONFLICT")
            let path = files + "/" + first
            #expect(try await caller.send(.delete, path, as: Fixture.writer).status == 200)
            #expect(try await caller.put(files + "/" + second, [1]).status == 201)
        }
    }
}

extension Fixture.Caller {
    func put(
        _ path: String,
        _ bytes: [UInt8],
        type: String? = "application/octet-stream"
    ) async throws -> Reply {
        var headers: HTTPFields = [.authorization: "Bearer " + Keys.secret(Fixture.writer)]
        headers[.contentType] = type
        return Reply(
            try await client.execute(
                uri: path,
                method: .put,
                headers: headers,
                body: ByteBuffer(bytes: bytes)
            )
        )
    }
}
