import Domain
import Foundation
import JSON
import Testing

@testable import API

/// The merge of a request into a project.
@Suite struct ProjectMergeTests {
    private static let project = Project(
        id: "prj_1",
        organization: "org_1",
        name: "bot",
        language: "python",
        version: "3.9",
        entry: "app.py",
        environment: ["A": "project", "B": "project"],
        limits: [.wallMilliseconds: 100, .cpuMilliseconds: 200],
        createdAt: Sample.now,
        updatedAt: Sample.now
    )

    private static let files = ["app.py", "lib/a.py", "lib/b.py"].map {
        SourceFile(path: $0, content: Data("project".utf8))
    }

    private func reader(
        _ files: [SourceFile] = Self.files,
        _ change: (inout Project) -> Void = { _ in }
    ) -> ExecutionReader {
        var project = Self.project
        change(&project)
        return ExecutionReader(
            runtimes: Sample.runtimes,
            plan: Sample.free,
            base: ProjectSources(project: project, files: files)
        )
    }

    private func read(_ text: String, _ reader: ExecutionReader) throws -> ExecutionRequest {
        try reader.execution(try StrictJSON.parse(Array(text.utf8)))
    }

    private func field(_ text: String, _ reader: ExecutionReader) -> String? {
        do {
            _ = try read(text, reader)
            return nil
        } catch {
            return (error as? APIError)?.details.field ?? "none"
        }
    }

    private func contents(_ request: ExecutionRequest) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: request.files.map {
                ($0.path, String(decoding: $0.content, as: UTF8.self))
            }
        )
    }

    @Test func `a request that says nothing runs the project as it is`() throws {
        let request = try read("{}", reader())
        #expect(request.project == "prj_1")
        #expect(request.language == "python")
        #expect(request.version == "3.9.1")
        #expect(request.entry == "app.py")
        #expect(request.files == Self.files)
        #expect(request.environment == Self.project.environment)
        #expect(request.limits[.wallMilliseconds] == 100)
        #expect(request.limits[.cpuMilliseconds] == 200)
        #expect(request.limits[.memoryBytes] == Sample.defaults[.memoryBytes])
        #expect(request.compileLimits[.wallMilliseconds] == Sample.defaults[.wallMilliseconds])
        #expect(request.inputs == [RunInput()])
        #expect(request.metadata == [:])
    }

    @Test func `what a request says goes over what the project does`() throws {
        let request = try read(
            """
            {"version": "3.11", "entry": "lib/a.py", "env": {"B": "request", "C": "request"},
             "limits": {"cpu_ms": 300}, "stdin": "in", "metadata": {"k": "v"},
             "files": [{"path": "lib/b.py", "content": "request"},
                       {"path": "new.py", "content": "request"}]}
            """,
            reader()
        )
        #expect(request.version == "3.11.2")
        #expect(request.entry == "lib/a.py")
        #expect(request.environment == ["A": "project", "B": "request", "C": "request"])
        #expect(request.limits[.wallMilliseconds] == 100)
        #expect(request.limits[.cpuMilliseconds] == 300)
        #expect(
            contents(request) == [
                "app.py": "project", "lib/a.py": "project", "lib/b.py": "request",
                "new.py": "request",
            ]
        )
        #expect(request.inputs == [RunInput(stdin: Data("in".utf8))])
        #expect(request.metadata == ["k": "v"])
    }

    @Test func `code is what the entry holds`() throws {
        let entry = try read(#"{"code": "request"}"#, reader())
        #expect(contents(entry)["app.py"] == "request")
        #expect(entry.entry == "app.py")
        #expect(entry.files.count == 3)
        let other = try read(#"{"code": "request", "entry": "lib/b.py"}"#, reader())
        #expect(contents(other)["lib/b.py"] == "request")
        #expect(other.entry == "lib/b.py")
        let new = try read(#"{"code": "request", "entry": "lib/c.py"}"#, reader())
        #expect(contents(new)["lib/c.py"] == "request")
        #expect(new.files.count == 4)
    }

    @Test func `code without anything to replace has the runtime's usual name`() throws {
        let none = try read(#"{"code": "request"}"#, reader([]) { $0.entry = nil })
        #expect(contents(none) == ["main.py": "request"])
        let named = try read(#"{"code": "request"}"#, reader([]))
        #expect(contents(named) == ["app.py": "request"])
        let beside = try read(#"{"code": "request"}"#, reader { $0.entry = nil })
        #expect(beside.entry == "main.py")
        #expect(beside.files.count == 4)
    }

    @Test func `the entry is the project's, else the runtime's, else the only file`() throws {
        func entry(_ paths: [String], _ entry: String?) throws -> String {
            let files = paths.map { SourceFile(path: $0, content: Data()) }
            return try read("{}", reader(files) { $0.entry = entry }).entry
        }
        #expect(try entry(["main.py", "x.py"], "x.py") == "x.py")
        #expect(try entry(["main.py", "x.py"], nil) == "main.py")
        #expect(try entry(["x.py"], nil) == "x.py")
    }

    @Test func `a version is the project's only for its own language`() throws {
        #expect(try read(#"{"language": "py"}"#, reader()).version == "3.9.1")
        #expect(try read(#"{"language": "c"}"#, reader()).version == "12.2.0")
        let bare = reader {
            $0.language = nil
            $0.version = nil
        }
        #expect(try read(#"{"language": "py"}"#, bare).version == "3.11.2")
    }

    @Test func `limits that the plan allows no longer are cut to what it does`() throws {
        let request = try read("{}", reader { $0.limits = [.wallMilliseconds: 1_000_000] })
        #expect(request.limits[.wallMilliseconds] == Sample.ceilings[.wallMilliseconds])
    }

    @Test(arguments: [
        BadBody(#"{"language": "cobol"}"#, "language"), BadBody(#"{"version": "2"}"#, "version"),
        BadBody(#"{"entry": "x.py"}"#, "entry"), BadBody(#"{"entry": 1}"#, "entry"),
        BadBody(#"{"code": "x", "entry": "../x"}"#, "entry"),
        BadBody(#"{"code": 1}"#, "code"), BadBody(#"{"code": "x", "files": []}"#, "code"),
        BadBody(#"{"files": []}"#, "files"), BadBody(#"{"name": "x"}"#, "name"),
        BadBody(#"{"code": "x", "entry": "lib"}"#, "files"),
        BadBody(#"{"code": "x", "entry": "app.py/x"}"#, "files"),
        BadBody(#"{"files": [{"path": "app.py/x", "content": ""}]}"#, "files"),
        BadBody(#"{"files": [{"path": "lib", "content": ""}]}"#, "files"),
        BadBody(#"{"env": {"A": null}}"#, "env.A"),
        BadBody(#"{"limits": {"wall_ms": 0}}"#, "limits.wall_ms"),
        BadBody(#"{"limits": {"files": 2}}"#, "limits.files"),
        BadBody(#"{"runs": [{}], "stdin": ""}"#, "stdin"), BadBody("[]", "none"),
    ])
    func `a request that does not go with the project is refused by field`(bad: BadBody) {
        #expect(field(bad.body, reader()) == bad.field)
    }

    @Test func `a project that lacks something to be run says what`() {
        let bare = reader {
            $0.language = nil
            $0.version = nil
        }
        #expect(field("{}", bare) == "language")
        #expect(field("{}", reader([])) == "code")
        #expect(field("{}", reader { $0.entry = "gone.py" }) == "entry")
        #expect(field("{}", reader { $0.entry = nil }) == "entry")
        #expect(field("{}", reader { $0.version = "2" }) == "version")
    }

    @Test(arguments: [(1, nil), (2, nil), (3, "limits.files")])
    func `files are counted together`(count: Int, refused: String?) {
        let files = (0..<count).map { #"{"path": "\#($0)", "content": ""}"# }
        #expect(field(#"{"files": [\#(files.joined(separator: ","))]}"#, reader()) == refused)
    }

    @Test(arguments: [(63, nil), (64, nil), (65, "env")])
    func `names of the environment are counted together`(count: Int, refused: String?) {
        let names = (0..<(count - 2)).map { "\"N\($0)\": \"\"" }.joined(separator: ",")
        #expect(field(#"{"env": {\#(names)}}"#, reader()) == refused)
    }

    @Test func `sources are counted together`() {
        let half = SourceFile(path: "half.py", content: Data(count: 25_000))
        let base = reader(Self.files + [half])
        let rest = 25_000 - 21
        for (excess, refused) in [(-1, nil), (0, nil), (1, "limits.source_bytes")] {
            let text = String(repeating: "x", count: rest + excess)
            let body = #"{"files": [{"path": "x.py", "content": "\#(text)"}]}"#
            #expect(field(body, base) == refused)
        }
    }
}
