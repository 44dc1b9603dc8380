import Domain
import Testing

@testable import Catalog

/// Returns a valid manifest; a test replaces keys by other JSON, and `nil` leaves one out.
func manifestText(_ changes: [String: String?] = [:]) -> String {
    var keys: [String: String?] = [
        "name": #""toy""#, "entry": #""main.toy""#, "find": #"["/usr/bin/env"]"#,
        "version": #"{"arguments": ["--version"], "pattern": "([0-9.]+)"}"#,
        "run": #"["{program}", "{entry}", "{arguments}"]"#, "install": #"{"apt": ["toy"]}"#,
    ]
    keys.merge(changes) { $1 }
    let body = keys.compactMap { key, value in value.map { "\"\(key)\": \($0)" } }
    return "{" + body.joined(separator: ", ") + "}"
}

private func read(_ changes: [String: String?] = [:]) throws -> Manifest {
    let label = "runtimes/toy/runtime.json"
    return try Manifest(SettingsFile(bytes: Array(manifestText(changes).utf8), label: label))
}

/// Returns the changes for a compiled language with this `cache` value.
private func cached(_ cache: String) -> [String: String?] {
    ["cache": cache, "compile": #"["{program}", "-o", "{output}"]"#, "sources": #"[".c"]"#]
}

@Suite struct `A runtime's manifest` {
    @Test func `is read with what it leaves out`() throws {
        let manifest = try read()
        #expect(manifest.name == "toy")
        #expect(manifest.compile == nil)
        #expect(manifest.environment == RootTree.environment)
        #expect(manifest.install.line(runtime: "toy") == "apt-get install toy")
        let command = manifest.run.command(program: "/opt/toy/bin/toy")
        #expect(command.words == [.literal("/opt/toy/bin/toy"), .entry, .arguments])
    }

    @Test func `of a compiled language puts its program where it is run from`() throws {
        let manifest = try read([
            "sources": #"[".c", ".h"]"#,
            "compile": #"["{program}", "--out={output}", "{sources}"]"#,
            "run": #"["{output}", "{arguments}"]"#,
            "limits": #"{"compile": {"wall_ms": 7}, "run": {"memory_bytes": 9}}"#,
            "environment": #"{"LANG": "C", "TOY": "1"}"#,
        ])
        let compile = try #require(manifest.compile).command(program: "/usr/bin/toy")
        let sources = Command.Word.sources(endings: [".c", ".h"])
        #expect(
            compile.words == [.literal("/usr/bin/toy"), .literal("--out=/box/program"), sources]
        )
        #expect(manifest.run.command(program: "").words == [.literal("/box/program"), .arguments])
        #expect(manifest.compileLimits == [.wallMilliseconds: 7])
        #expect(manifest.runLimits == [.memoryBytes: 9])
        #expect(manifest.environment["LANG"] == "C")
        #expect(manifest.environment["HOME"] == "/box")
    }

    @Test func `says whether its interpreter may stand by, and which files keep it from it`() throws
    {
        #expect(try read().standby == nil)
        #expect(try read(["standby": "{}"]).standby == Runtime.Standby(unless: []))
        let two = try read(["standby": #"{"unless": ["package.json", ".cache/"]}"#])
        #expect(two.standby == Runtime.Standby(unless: ["package.json", ".cache/"]))
    }

    @Test func `says which headers are compiled ahead, and where the compiler is told of them`()
        throws
    {
        let compile = #"["{program}", "{precompiled}", "-O2", "-o", "{output}", "{sources}"]"#
        let keys = ["compile": compile, "sources": #"[".toy"]"#]
        #expect(try read(keys).precompiled == nil)
        let headers = #"{"as": "toy-header", "headers": ["a.h", "b/c.h"]}"#
        let manifest = try read(keys.merging(["precompiled": headers]) { $1 })
        #expect(manifest.precompiled?.headers == ["a.h", "b/c.h"])
        #expect(manifest.precompiled?.kind == "toy-header")
        let command = try #require(manifest.compile)
        #expect(command.flags == ["-O2"])
        let with = command.command(program: "/toy", precompiled: "-I/opt").words
        #expect(with.prefix(3) == [.literal("/toy"), .literal("-I/opt"), .literal("-O2")])
        #expect(command.command(program: "/toy").words.dropFirst().first == .literal("-O2"))
        for wrong in [#"{"headers": ["a.h"]}"#, #"{"as": "h", "headers": ["../a.h"]}"#] {
            #expect(throws: CatalogError.self) {
                try read(keys.merging(["precompiled": wrong]) { $1 })
            }
        }
        #expect(throws: CatalogError.self) { try read(["precompiled": headers]) }
    }

    @Test func `says whether programs may be kept, and what keeps one from it`() throws {
        #expect(try read().cacheExceptions == nil)
        #expect(try read(cached("{}")).cacheExceptions == [])
        let two = try read(cached(#"{"unless": ["NOW", "TODAY"]}"#))
        #expect(two.cacheExceptions == ["NOW", "TODAY"])
    }

    @Test(
        arguments: [
            (["name": nil], "name is missing"),
            (["run": nil], "run is missing"),
            (["find": nil], "find is missing"),
            (["install": nil], "install is missing"),
            (["version": nil], "version is missing"),
            (["standbye": "1"], "standbye is not a known key"),
            (["name": #""To y""#], "name must be lower-case letters, digits and + # . -"),
            (["name": "7"], "name must be a text"),
            (["aliases": #"["a", ""]"#], "aliases.1 must not be empty"),
            (["entry": #""../main""#], "entry must be a plain file name"),
            (["entry": #""a\u0000b""#], "entry must be a text"),
            (["find": "[]"], "find must not be empty"),
            (
                ["find": #"["bin/toy"]"#],
                "find.0 must hold absolute paths without . or .., not bin/toy"
            ),
            (
                ["find": #"["{tools}/../toy"]"#],
                "find.0 must hold absolute paths without . or .., not {tools}/../toy"
            ),
            (["find": #"["{home}/toy"]"#], "find.0 has an unknown placeholder {home}"),
            (["version": #"{"arguments": ["-v"]}"#], "version.pattern is missing"),
            (
                ["version": #"{"arguments": [], "pattern": "(.)"}"#],
                "version.arguments must not be empty"
            ),
            (
                ["version": #"{"arguments": ["-v"], "pattern": "("}"#],
                "version.pattern must be a regular expression with one group"
            ),
            (
                ["version": #"{"arguments": ["-v"], "pattern": "[0-9]"}"#],
                "version.pattern must be a regular expression with one group"
            ),
            (["run": "[]"], "run must not be empty"),
            (["run": #""{program}""#], "run must be a list"),
            (["run": #"["{program}", ""]"#], "run.1 must not be empty"),
            (["run": #"["{program}", "{file}"]"#], "run.1 has an unknown placeholder {file}"),
            (["run": #"["{output}"]"#], "run.0 has an unknown placeholder {output}"),
            (["run": #"["{program}", "--in={entry}"]"#], "run.1 cannot have {entry} there"),
            (
                ["run": #"["toy", "{entry}"]"#],
                "run must hold absolute paths without . or .., not toy"
            ),
            (["compile": #"["{program}"]"#], "sources is missing"),
            (["cache": "{}"], "cache needs a compile that has {output}"),
            (
                ["cache": "{}", "compile": #"["{program}"]"#, "sources": #"[".c"]"#],
                "cache needs a compile that has {output}"
            ),
            (cached(#"{"if": []}"#), "cache.if is not a known key"),
            (["standby": "1"], "standby must be an object"),
            (["standby": #"{"unles": []}"#], "standby.unles is not a known key"),
            (["standby": #"{"unless": [7]}"#], "standby.unless.0 must be a text"),
            (
                cached("{}").merging(["standby": "{}"]) { $1 },
                "standby must be absent where there is a compile command"
            ),
            (cached(#"{"unless": []}"#), "cache.unless must not be empty"),
            (cached(#"{"unless": [""]}"#), "cache.unless.0 must not be empty"),
            (cached("true"), "cache must be an object"),
            (
                ["compile": #"["{program}", "{arguments}"]"#, "sources": #"[".c"]"#],
                "compile.1 has an unknown placeholder {arguments}"
            ),
            (
                ["environment": #"{"A-B": "1"}"#],
                "environment.A-B must be named by letters, digits and _"
            ),
            (["environment": #"{"A": 1}"#], "environment.A must be a text"),
            (["mounts": #"["/proc/1"]"#], "mounts.0 may not cover /proc, which is the jail's own"),
            (["mounts": #"["/etc"]"#], "mounts.0 may not cover /etc, which is the jail's own"),
            (
                ["mounts": #"["/nowhere/at/all"]"#],
                "mounts.0 names /nowhere/at/all, which is not there"
            ),
            (["mounts": #"["usr"]"#], "mounts.0 must hold absolute paths without . or .., not usr"),
            (["limits": #"{"run": {"wall": 1}}"#], "limits.run.wall is not a known key"),
            (["limits": #"{"run": {"wall_ms": -1}}"#], "limits.run.wall_ms must be at least 1"),
            (["limits": #"{"build": {}}"#], "limits.build is not a known key"),
            (["install": "{}"], "install.apt is missing"),
            (["install": #"{"apt": []}"#], "install.apt must not be empty"),
            (["install": #"{"apt": ["a"], "pip": ["b"]}"#], "install must be apt or pip, not both"),
            (["install": #"{"npm": ["a"]}"#], "install.npm is not a known key"),
        ] as [([String: String?], String)]
    )
    func `is refused with the field that is wrong`(changes: [String: String?], message: String) {
        let error = #expect(throws: CatalogError.self) { try read(changes) }
        #expect(error?.description == "runtimes/toy/runtime.json: " + message)
    }
}

@Suite struct `A version` {
    @Test(arguments: [
        ("Python 3.11.2\n", "Python ([0-9.]+)", "3.11.2"), ("v20.1.0", "v([0-9.]+)", "20.1.0"),
        ("12.2.0\n", "([0-9.]+)", "12.2.0"), ("none", "([0-9.]+)", nil), ("", "([0-9.]*)", nil),
    ])
    func `is the pattern's first group`(answer: String, pattern: String, version: String?) {
        #expect(VersionPattern.version(in: answer, pattern: pattern) == version)
    }

    @Test func `is asked of several programs, each with its own outcome`() {
        let answers = VersionQuery.answers(to: [
            .init(program: "/usr/bin/printf", arguments: ["v1.2"], pattern: "v([0-9.]+)"),
            .init(program: "/usr/bin/true", arguments: [], pattern: "([0-9.]+)"),
            .init(program: "/nowhere/program", arguments: [], pattern: "([0-9.]+)"),
        ])
        #expect(answers[0] == .success("1.2"))
        #expect(answers[1] == .failure(.init(reason: "its answer has no version")))
        #expect(throws: VersionQuery.Failure.self) { try answers[2].get() }
    }

    @Test func `is not waited for longer than allowed`() {
        let endless = VersionQuery.Question(
            program: "/usr/bin/tail",
            arguments: ["-f", "/dev/null"],
            pattern: "(.)"
        )
        let answers = VersionQuery.answers(to: [endless], millisecondsMax: 0)
        #expect(answers == [.failure(.init(reason: "it took too long"))])
    }
}
