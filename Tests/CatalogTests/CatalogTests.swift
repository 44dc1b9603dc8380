import Domain
import Foundation
import TestSupport
import Testing
import WardenProtocol

@testable import Catalog

/// A folder of runtimes, with the shipped limits and policy, and the test's own tools.
private struct Checkout {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let policy = try String(contentsOfFile: Repository.policy, encoding: .utf8)
        try folder.write("runtimes/seccomp.json", policy)
        try describe("toy", [:])
    }

    func describe(_ name: String, _ changes: [String: String?]) throws {
        var keys: [String: String?] = [
            "name": "\"\(name)\"", "find": #"["/usr/bin/printf"]"#,
            "version": #"{"arguments": ["v1.2.3"], "pattern": "v([0-9.]+)"}"#,
        ]
        keys.merge(changes) { $1 }
        try folder.write("runtimes/\(name)/runtime.json", manifestText(keys))
        try folder.write("runtimes/\(name)/hello.toy", "say hello")
        try folder.write("runtimes/\(name)/hello.expected", "hello\n")
    }

    /// Installs a program as pip would.
    func install(_ path: String) throws {
        try folder.write("tools/" + path, "#!/bin/sh\necho v9.8.7\n", mode: 0o755)
    }

    func load() throws -> Catalog {
        try Catalog.load(
            limitsFile: Repository.limits,
            runtimesFolder: folder.path + "/runtimes/",
            toolsFolder: folder.path + "/tools",
            jails: 3
        )
    }

    func message() -> String? {
        let error = #expect(throws: CatalogError.self) { try load() }
        return error?.description
    }
}

@Suite struct `A catalog` {
    private let checkout: Checkout

    init() throws { checkout = try Checkout() }

    @Test func `numbers what is installed and says how to get what is missing`() throws {
        try checkout.describe("absent", ["find": #"["/usr/bin/no-such-program"]"#])
        try checkout.describe(
            "apart",
            ["find": #"["{tools}/none/bin/none"]"#, "install": #"{"pip": ["none==1"]}"#]
        )
        let catalog = try checkout.load()
        #expect(catalog.runtimes.installed.map(\.name) == ["toy"])
        #expect(catalog.runtimes.installed.map(\.version) == ["1.2.3"])
        #expect(catalog.runtimes.installed.map(\.number) == [0])
        #expect(
            catalog.runtimes.missing.map(\.installLine)
                == ["apt-get install toy", "Scripts/install-runtimes apart"]
        )
        #expect(catalog.hellos.map(\.source.path) == ["main.toy"])
        #expect(catalog.hellos.map(\.expectedOutput) == [Data("hello\n".utf8)])
    }

    @Test func `shows a package of pip's under opt, and nothing beside it`() throws {
        try checkout.install("deno/bin/deno")
        try checkout.describe("ts", ["find": #"["{tools}/deno/bin/deno"]"#])
        let catalog = try checkout.load()
        let runtime = try #require(catalog.runtimes.installed.last)
        #expect(runtime.version == "9.8.7")
        #expect(runtime.run.words.first == .literal("/opt/ts/bin/deno"))
        let source = checkout.folder.path + "/tools/deno"
        #expect(
            catalog.image.runtimes.last?.mounts == [MountImage(source: source, target: "/opt/ts")]
        )
        #expect(catalog.image.runtimes.first?.mounts == [])
    }

    @Test func `knows where a compiler leaves the program that may be kept`() throws {
        let compile = [
            "compile": #"["{program}", "--out={output}", "{sources}"]"#, "sources": #"[".toy"]"#,
            "run": #"["{output}"]"#,
        ]
        try checkout.describe("each", compile.merging(["cache": #"{"unless": ["NOW"]}"#]) { $1 })
        try checkout.describe("none", compile)
        let catalog = try checkout.load()
        let products = catalog.runtimes.installed.map(\.product)
        #expect(products.map { $0?.path } == ["program", nil, nil])
        #expect(products[0]?.exceptions == ["NOW"])
        // The same compiler has the same digest after a restart.
        #expect(try checkout.load().runtimes.installed.map(\.product) == products)
    }

    @Test func `never shows the whole folder of tools for a program that lies loose in it`() throws
    {
        try checkout.install("loose")
        try checkout.describe("ts", ["find": #"["{tools}/loose"]"#])
        #expect(
            checkout.message()?.hasSuffix("whose folder is too close to the root to be mounted")
                == true
        )
    }

    @Test func `follows a link to a program of the system's`() throws {
        try FileManager.default.createDirectory(
            atPath: checkout.folder.path + "/tools",
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: checkout.folder.path + "/tools/linked",
            withDestinationPath: "/usr/bin/printf"
        )
        try checkout.describe("ts", ["find": #"["{tools}/linked"]"#])
        let catalog = try checkout.load()
        #expect(catalog.runtimes.installed.last?.run.words.first == .literal("/usr/bin/printf"))
        #expect(catalog.image.runtimes.last?.mounts == [])
    }

    @Test func `takes the first program that is there`() throws {
        try checkout.describe("two", ["find": #"["/usr/bin/no-such", "/usr", "/usr/bin/printf"]"#])
        let catalog = try checkout.load()
        #expect(catalog.runtimes.installed.last?.run.words.first == .literal("/usr/bin/printf"))
    }

    @Test func `has one owner for each name`() throws {
        try checkout.describe("other", ["aliases": #"["toy"]"#])
        #expect(
            checkout.message()
                == "runtimes/toy/runtime.json: name is already taken by runtimes/other/runtime.json"
        )
    }

    @Test func `may have a language at two versions`() throws {
        try checkout.describe(
            "toy-2",
            [
                "name": #""toy""#,
                "version": #"{"arguments": ["v2.0"], "pattern": "v([0-9.]+)"}"#,
            ]
        )
        let catalog = try checkout.load()
        guard case .found(let newest) = catalog.runtimes.find(language: "toy", version: nil) else {
            Issue.record("no runtime found")
            return
        }
        #expect(newest.version == "2.0")
    }

    @Test func `needs an answer from each program that it found`() throws {
        let version = #"{"arguments": ["nothing"], "pattern": "v([0-9.]+)"}"#
        try checkout.describe("mute", ["version": version])
        #expect(
            checkout.message()
                == "runtimes/mute/runtime.json: version got no answer from /usr/bin/printf: "
                + "its answer has no version"
        )
    }

    @Test func `needs a hello program and a manifest in every folder`() throws {
        let runtimes = checkout.folder.path + "/runtimes/"
        try FileManager.default.removeItem(atPath: runtimes + "toy/hello.expected")
        #expect(checkout.message() == "runtimes/toy/hello.expected: cannot be read")
        try FileManager.default.removeItem(atPath: runtimes + "toy/runtime.json")
        #expect(checkout.message() == "runtimes/toy/runtime.json: cannot be read")
    }

    @Test func `seals the highest ceilings, the filters and a root without the host`() throws {
        let catalog = try checkout.load()
        let image = catalog.image
        #expect(image.jails == 3)
        #expect(image.filters.count == SystemCallProfile.allCases.count)
        for limit in Limit.sealed {
            #expect(image.ceilings[limit] == catalog.plans.highestCeiling(limit))
        }
        #expect(try CatalogImage(decoding: image.encoded()) == image)
        let sources = image.root.mounts.map(\.source)
        #expect(sources.contains("/usr"))
        #expect(sources.allSatisfy { !["/", "/etc", "/root", "/home", "/var"].contains($0) })
        let passwd = try #require(image.root.files.first { $0.path == "/etc/passwd" })
        #expect(String(decoding: passwd.content, as: UTF8.self).contains("runner:x:1000:1000:"))
    }
}

@Suite struct `The shipped runtimes` {
    @Test func `are all described, and those that are here answer`() throws {
        let catalog = try Catalog.load(
            limitsFile: Repository.limits,
            runtimesFolder: Repository.runtimes,
            toolsFolder: Repository.root.path + "/.quicksand/tools",
            jails: 2
        )
        let runtimes = catalog.runtimes
        let names = runtimes.installed.map(\.name) + runtimes.missing.map(\.name)
        #expect(names.sorted() == ["bash", "c", "cpp", "javascript", "python", "typescript"])
        #expect(runtimes.installed.contains { $0.name == "bash" })
        #expect(runtimes.installed.map { Int($0.number) } == Array(runtimes.installed.indices))
        #expect(catalog.image.runtimes.map(\.name) == runtimes.installed.map(\.name))
        #expect(catalog.hellos.count == runtimes.installed.count)
    }
}
