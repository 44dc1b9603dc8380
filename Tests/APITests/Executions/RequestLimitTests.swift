import Domain
import Foundation
import JSON
import Testing

@testable import API

/// Each limit of a request is tested below it, at it, and above it.
@Suite struct RequestLimitTests {
    /// A limit: a function that makes the members of a body from a count, the maximum count, and
    /// the field that the refusal above it names.
    struct Bound: Sendable, CustomTestStringConvertible {
        let field: String
        let max: Int
        let members: @Sendable (Int) -> String

        init(_ field: String, max: Int, members: @escaping @Sendable (Int) -> String) {
            self.field = field
            self.max = max
            self.members = members
        }

        var testDescription: String { "\(field) at most \(max)" }
    }

    private static let code = #""code": "x""#

    private static func letters(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static func list(_ count: Int, _ element: (Int) -> String) -> String {
        (0..<count).map(element).joined(separator: ",")
    }

    private static func file(_ path: String, _ content: String = "") -> String {
        #"{"path": "\#(path)", "content": "\#(content)"}"#
    }

    static let bounds: [Bound] = [
        Bound("args", max: 64) { "\(code), \"args\": [\(list($0) { _ in "\"\"" })]" },
        Bound("args[0]", max: 8_192) { "\(code), \"args\": [\"\(letters($0))\"]" },
        Bound("args", max: 32_768) { total in
            let fifth = total / 5 - 1
            let last = total - 4 * (fifth + 1) - 1
            let texts = [fifth, fifth, fifth, fifth, last].map { "\"\(letters($0))\"" }
            return "\(code), \"args\": [\(texts.joined(separator: ","))]"
        },
        Bound("args", max: 32_768) { total in
            "\(code), \"env\": {\"A\": \"\(letters(total - 3))\"}"
        },
        Bound("env", max: 64) { "\(code), \"env\": {\(list($0) { "\"A\($0)\": \"\"" })}" },
        Bound("runs", max: 64) { "\(code), \"runs\": [\(list($0) { _ in "{}" })]" },
        Bound("outputs", max: 64) { "\(code), \"outputs\": [\(list($0) { "\"o\($0)\"" })]" },
        Bound("outputs", max: 16_384) { total in
            // All patterns have 511 bytes, and the last one has the remaining bytes.
            let full = list(total / 511) { _ in "\"\(letters(255))/\(letters(255))\"" }
            return "\(code), \"outputs\": [\(full), \"\(letters(total % 511))\"]"
        },
        Bound("metadata", max: 16) {
            "\(code), \"metadata\": {\(list($0) { "\"k\($0)\": \"\"" })}"
        },
        Bound("metadata", max: 64) { "\(code), \"metadata\": {\"\(letters($0))\": \"\"}" },
        Bound("metadata.k", max: 512) {
            "\(code), \"metadata\": {\"k\": \"\(String(repeating: "😀", count: $0))\"}"
        },
        Bound("files", max: 5) { "\"files\": [\(list($0) { file("f\($0)") })], \"entry\": \"f0\"" },
        Bound("files[0].path", max: 255) { "\"files\": [\(file(letters($0)))]" },
        Bound("files[0].path", max: 1_024) { length in
            let folders = String(repeating: letters(199) + "/", count: 5)
            return "\"files\": [\(file(folders + letters(length - 1_000)))]"
        },
        Bound("files[0].path", max: 32) { depth in
            "\"files\": [\(file(Array(repeating: "d", count: depth).joined(separator: "/")))]"
        },
        Bound("limits.source_bytes", max: 50_000) { total in
            "\"code\": \"\(letters(total - 10))\", \"stdin\": \"\(letters(10))\""
        },
        Bound("limits.source_bytes", max: 50_000) { total in
            let run = "{\"stdin\": \"\(letters(10))\"}"
            return "\"code\": \"\(letters(total - 20))\", \"runs\": [\(run), \(run)]"
        },
        Bound("limits.source_bytes", max: 100_000) { total in
            "\"code\": \"\(letters(total))\", \"limits\": {\"source_bytes\": 100000}"
        },
    ]

    private func field(_ members: String) throws -> String? {
        let reader = ExecutionReader(runtimes: Sample.runtimes, plan: Sample.free)
        let body = try StrictJSON.parse(Array("{\"language\": \"python\", \(members)}".utf8))
        do throws(APIError) {
            _ = try reader.execution(body)
            return nil
        } catch {
            return error.details.field
        }
    }

    @Test(arguments: bounds)
    func `each bound lets through what is below and at it, and nothing above`(
        bound: Bound
    ) throws {
        #expect(try field(bound.members(bound.max - 1)) == nil)
        #expect(try field(bound.members(bound.max)) == nil)
        #expect(try field(bound.members(bound.max + 1)) == bound.field)
    }

    @Test(arguments: Limit.allCases)
    func `a limit can be asked for from its least to the plan's ceiling`(limit: Limit) throws {
        func field(_ value: Int64) throws -> String? {
            try self.field("\(Self.code), \"limits\": {\"\(limit.rawValue)\": \(value)}")
        }
        let name = "limits." + limit.rawValue
        let (least, ceiling) = (limit.definition.least, Sample.ceilings[limit])
        #expect(try field(least - 1) == name)
        // A jail's limit at its minimum is not tested: the sources of this body would not fit into
        // it.
        if limit.definition.scope != .jail { #expect(try field(least) == nil) }
        #expect(try field(ceiling - 1) == nil)
        #expect(try field(ceiling) == nil)
        #expect(try field(ceiling + 1) == name)
    }

    @Test func `a refusal above a ceiling names the value and the ceiling`() throws {
        let reader = ExecutionReader(runtimes: Sample.runtimes, plan: Sample.free)
        let body: JSONValue = [
            "language": "python", "code": "x", "limits": ["wall_ms": .integer(10_001)],
        ]
        do throws(APIError) {
            _ = try reader.execution(body)
            Issue.record("it was let through")
        } catch {
            #expect(error.code == .validation)
            #expect(error.details.field == "limits.wall_ms")
            #expect(error.details.value == .integer(10_001))
            #expect(error.details.limit == .integer(10_000))
        }
    }

    @Test func `sources must fit the work folder with their folders`() throws {
        let three = Self.list(3) { Self.file("d\($0)/f", "x") }
        let files = "\"files\": [\(three)], \"entry\": \"d0/f\""
        #expect(try field(files + ", \"limits\": {\"workspace_files\": 7}") == nil)
        #expect(
            try field(files + ", \"limits\": {\"workspace_files\": 6}") == "limits.workspace_files"
        )
        #expect(try field(files + ", \"limits\": {\"workspace_bytes\": 12288}") == nil)
        #expect(
            try field(files + ", \"limits\": {\"workspace_bytes\": 12287}")
                == "limits.workspace_bytes"
        )
    }
}
