import Domain
import Foundation
import JSON
import Testing

@testable import API

/// A refused body, and the field that the refusal names.
struct BadBody: Sendable, CustomTestStringConvertible {
    let body: String
    let field: String

    init(_ body: String, _ field: String) {
        self.body = body
        self.field = field
    }

    var testDescription: String { "\(field): \(body.prefix(80))" }
}

@Suite struct ExecutionReaderTests {
    private let reader = ExecutionReader(runtimes: Sample.runtimes, plan: Sample.free)

    private func read(_ text: String) throws -> ExecutionRequest {
        try reader.execution(try StrictJSON.parse(Array(text.utf8)))
    }

    private func refusal(_ text: String) throws -> APIError? {
        let value = try StrictJSON.parse(Array(text.utf8))
        do throws(APIError) {
            _ = try reader.execution(value)
            return nil
        } catch {
            return error
        }
    }

    private func field(_ text: String) throws -> String? {
        try refusal(text).map { $0.details.field ?? "none" }
    }

    private func with(_ member: String) -> String {
        #"{"language": "python", "code": "x", \#(member)}"#
    }

    @Test func `code becomes the runtime's entry under the plan's defaults`() throws {
        let request = try read(#"{"language": "py", "code": "print(2)", "stdin": "a\u0000b"}"#)
        #expect(request.language == "python")
        #expect(request.version == "3.11.2")
        #expect(request.files == [SourceFile(path: "main.py", content: Data("print(2)".utf8))])
        #expect(request.entry == "main.py")
        #expect(request.inputs == [RunInput(stdin: Data("a\u{0}b".utf8))])
        #expect(!request.hasRuns)
        #expect(request.limits == Sample.defaults)
    }

    @Test(arguments: ["1000", "1000.0", "1e3", "10000e-1"])
    func `a whole number is one however it is spelt`(number: String) throws {
        let request = try read(with(#""limits": {"wall_ms": \#(number)}"#))
        #expect(request.limits[.wallMilliseconds] == 1_000)
    }

    @Test func `every field arrives where it belongs`() throws {
        let request = try read(
            """
            {"language": "c", "version": "12", "entry": "a/b.c",
             "files": [{"path": "a/b.c", "content": "aW50"  , "encoding": "base64"},
                       {"path": "a/c.h", "content": "x", "encoding": "utf-8"}],
             "env": {"LD_PRELOAD": "x", "_A1": ""}, "runs": [{"stdin": "1"}, {"args": ["-v", ""]}],
             "limits": {"wall_ms": 1, "stdout_bytes": 10, "workspace_files": 200},
             "compile_limits": {"cpu_ms": 9000}, "outputs": ["out/*.txt", "**"],
             "callback_url": "https://example.com/x", "metadata": {"k": "v"}}
            """
        )
        #expect(request.files.map(\.path) == ["a/b.c", "a/c.h"])
        #expect(request.files.first?.content == Data("int".utf8))
        #expect(request.entry == "a/b.c")
        #expect(request.environment == ["LD_PRELOAD": "x", "_A1": ""])
        #expect(request.hasRuns)
        #expect(
            request.inputs == [
                RunInput(stdin: Data("1".utf8)), RunInput(arguments: ["-v", ""]),
            ]
        )
        #expect(request.limits[.wallMilliseconds] == 1)
        #expect(request.limits[.stdoutBytes] == 10)
        #expect(request.compileLimits[.cpuMilliseconds] == 9_000)
        #expect(request.compileLimits[.memoryBytes] == 200 << 20)
        #expect(request.compileLimits[.workspaceFiles] == 200)
        #expect(request.outputs == ["out/*.txt", "**"])
        #expect(request.callbackURL == "https://example.com/x")
        #expect(request.metadata == ["k": "v"])
    }

    @Test func `the entry is spelt as its file is, however the caller composed it`() throws {
        let file = #"{"path": "\#("e\u{301}").py", "content": ""}"#
        let request = try read(
            #"{"language": "python", "entry": "\#("\u{e9}").py", "files": [\#(file)]}"#
        )
        #expect(request.entry.utf8.elementsEqual(request.files[0].path.utf8))
    }

    @Test func `a refusal does not repeat one character with a thousand accents`() throws {
        let name = "x" + String(repeating: "\u{301}", count: 3_000)
        let error = try #require(try refusal(with(#""\#(name)": 1"#)))
        #expect(JSONWriter.bytes(of: error.envelope).count < 2_000)
    }

    @Test func `the entry is the runtime's where it is among the files, or the only file`() throws {
        let two = #"{"path": "main.py", "content": ""}, {"path": "b.py", "content": ""}"#
        #expect(try read(#"{"language": "python", "files": [\#(two)]}"#).entry == "main.py")
        let one = #"{"path": "b.py", "content": ""}"#
        #expect(try read(#"{"language": "python", "files": [\#(one)]}"#).entry == "b.py")
    }

    @Test(arguments: [("3", "3.11.2"), ("3.9", "3.9.1"), ("3.11.2", "3.11.2")])
    func `a version or its prefix finds the newest that matches`(
        asked: String,
        found: String
    ) throws {
        #expect(try read(with(#""version": "\#(asked)""#)).version == found)
    }

    @Test(arguments: [
        BadBody(#"{"code": "x"}"#, "language"),
        BadBody(#"{"language": null, "code": "x"}"#, "language"),
        BadBody(#"{"language": 3, "code": "x"}"#, "language"),
        BadBody(#"{"language": "cobol", "code": "x"}"#, "language"),
        BadBody(#"{"language": "ruby", "code": "x"}"#, "language"),
        BadBody(#"{"language": "python"}"#, "code"),
        BadBody(#"{"language": "python", "code": 1}"#, "code"),
        BadBody(#"{"language": "python", "version": "2", "code": "x"}"#, "version"),
        BadBody(#"{"language": "python", "version": "3.1", "code": "x"}"#, "version"),
        BadBody(#"{"language": "python", "version": 3, "code": "x"}"#, "version"),
        BadBody(#"{"language": "python", "code": "x", "entry": "main.py"}"#, "entry"),
        BadBody(#"{"language": "python", "code": "x", "files": []}"#, "code"),
        BadBody(#"{"language": "python", "code": "x", "codes": 1}"#, "codes"),
        BadBody(#"{"language": "python", "files": []}"#, "files"),
        BadBody(#"{"language": "python", "files": {}}"#, "files"),
        BadBody(#"{"language": "python", "files": [1]}"#, "files[0]"),
        BadBody(#"{"language": "python", "files": [{"content": ""}]}"#, "files[0].path"),
        BadBody(#"{"language": "python", "files": [{"path": "a"}]}"#, "files[0].content"),
        BadBody(
            #"{"language": "python", "files": [{"path": "a", "content": "", "mode": 7}]}"#,
            "files[0].mode"
        ),
        BadBody(
            #"{"language": "python", "files": [{"path": "a", "content": "", "encoding": "hex"}]}"#,
            "files[0].encoding"
        ),
        BadBody(
            #"{"language": "python", "files": ["#
                + #"{"path": "a", "encoding": "base64", "content": "="}]}"#,
            "files[0].content"
        ),
        BadBody(
            #"{"language": "python", "files": ["#
                + #"{"path": "a", "content": "YQ =", "encoding": "base64"}]}"#,
            "files[0].content"
        ),
        BadBody(
            #"{"language": "python", "files": [{"path": "a", "content": ""}], "entry": "b"}"#,
            "entry"
        ),
        BadBody(
            #"{"language": "python", "files": ["#
                + #"{"path": "a", "content": ""}, {"path": "b", "content": ""}]}"#,
            "entry"
        ),
    ])
    func `sources that cannot be run are refused by field`(bad: BadBody) throws {
        #expect(try field(bad.body) == bad.field)
    }

    @Test(arguments: [
        (#""stdin": 1"#, "stdin"), (#""args": "x""#, "args"), (#""args": [1]"#, "args[0]"),
        (#""args": ["a\u0000"]"#, "args[0]"), (#""env": []"#, "env"),
        (#""env": {"A": 1}"#, "env.A"), (#""env": {"1A": ""}"#, "env.1A"),
        (#""env": {"": ""}"#, "env."), (#""env": {"A B": ""}"#, "env.A B"),
        (#""env": {"é": ""}"#, "env.é"), (#""env": {"A": "\u0000"}"#, "env.A"),
        (#""runs": {}"#, "runs"), (#""runs": []"#, "runs"), (#""runs": [1]"#, "runs[0]"),
        (#""runs": [{}, {"env": {}}]"#, "runs[1].env"), (#""runs": [{}], "stdin": """#, "stdin"),
        (#""runs": [{}], "args": []"#, "args"),
        (#""runs": [{"args": ["\u0000"]}]"#, "runs[0].args[0]"),
        (#""limits": []"#, "limits"), (#""limits": {"wall": 1}"#, "limits.wall"),
        (#""limits": {"wall_ms": 0}"#, "limits.wall_ms"),
        (#""limits": {"wall_ms": -1}"#, "limits.wall_ms"),
        (#""limits": {"wall_ms": 1.5}"#, "limits.wall_ms"),
        (#""limits": {"wall_ms": 1e300}"#, "limits.wall_ms"),
        (#""limits": {"wall_ms": "5"}"#, "limits.wall_ms"),
        (#""limits": {"wall_ms": true}"#, "limits.wall_ms"),
        (#""limits": {"wall_ms": 99999999999999999999}"#, "limits.wall_ms"),
        (#""compile_limits": {"files": 1}"#, "compile_limits.files"),
        (#""compile_limits": {"workspace_bytes": 1}"#, "compile_limits.workspace_bytes"),
        (#""outputs": "x""#, "outputs"), (#""outputs": ["../x"]"#, "outputs[0]"),
        (#""outputs": ["a", "/x"]"#, "outputs[1]"), (#""outputs": [""]"#, "outputs[0]"),
        (#""callback_url": "ftp://x""#, "callback_url"),
        (#""callback_url": "https://u:p@x""#, "callback_url"),
        (#""callback_url": 1"#, "callback_url"),
        (#""metadata": []"#, "metadata"), (#""metadata": {"a": 1}"#, "metadata.a"),
        (#""metadata": {"": "x"}"#, "metadata"),
    ])
    func `what goes with the source is refused by field`(member: String, named: String) throws {
        #expect(try field(with(member)) == named)
    }

    @Test(arguments: [
        "/x", "../x", "a/../../x", ".", "..", "", "a//b", "a/", "./a", "a/./b", "a\\u0000", "a\\n",
        "\\u007f", "\\u0085", "..\\u0301/../x/..", "../\\u0301x", "/\\u0301etc",
    ])
    func `a path that could leave the work folder is refused`(path: String) throws {
        let file = #"{"path": "\#(path)", "content": ""}"#
        #expect(
            try field(#"{"language": "python", "files": [\#(file)]}"#) == "files[0].path"
        )
        #expect(try field(with(#""outputs": ["\#(path)"]"#)) == "outputs[0]")
    }

    @Test(arguments: [["a", "a"], ["a", "a/b"], ["a/b", "a"], ["a/b/c", "a/b"]])
    func `a path that is two things at once is refused`(paths: [String]) throws {
        let files = paths.map { #"{"path": "\#($0)", "content": ""}"# }.joined(separator: ",")
        #expect(
            try field(#"{"language": "python", "files": [\#(files)], "entry": "a"}"#)
                == "files[1].path"
        )
    }

    @Test func `an unknown field is refused with what was probably meant`() throws {
        let message = try refusal(with(#""limts": {}"#))?.message
        #expect(message == "limts is not a known field; did you mean `limits`?")
        #expect(try refusal(with(#""colour": 1"#))?.message == "colour is not a known field")
    }

    @Test func `unknown languages and versions are answered with those that there are`() throws {
        let language = try refusal(#"{"language": "cobol", "code": ""}"#)?.message
        #expect(language == "language is unknown; available: c, python")
        let version = try refusal(with(#""version": "2""#))?.message
        #expect(version == "version is not one of python's: 3.11.2, 3.9.1")
        let missing = try refusal(#"{"language": "rb", "code": ""}"#)?.message
        #expect(missing?.contains("apt-get install ruby") == true)
    }

    @Test func `a trial takes a program and its input, and nothing else`() throws {
        func trial(_ text: String) throws -> ExecutionRequest {
            try reader.trial(try StrictJSON.parse(Array(text.utf8)))
        }
        let request = try trial(
            #"{"language": "python", "code": "x", "stdin": "s", "args": ["a"]}"#
        )
        #expect(request.inputs == [RunInput(stdin: Data("s".utf8), arguments: ["a"])])
        for name in [
            "files", "entry", "env", "runs", "limits", "compile_limits", "outputs", "callback_url",
            "metadata",
        ] {
            #expect(throws: APIError.self) {
                try trial(#"{"language": "python", "code": "x", "\#(name)": null}"#)
            }
        }
    }

    @Test(arguments: ["[]", "1", "null", "\"x\""])
    func `a body that is no object is refused`(text: String) throws {
        #expect(try field(text) == "none")
    }
}
