import TestSupport
import Testing

/// The boundaries between targets, as the absence of imports.
@Suite struct ImportTests {
    /// The permitted imports of each target among this package's targets: the diagram in
    /// docs/ARCHITECTURE.md.
    private static let ours: [String: Set<String>] = [
        "CLinux": [], "CSeccomp": [], "CCurl": [], "CCrack": [], "CCrypto": [],
        "Kernel": ["CLinux"],
        "Vocabulary": [],
        "WardenProtocol": ["Vocabulary"],
        "JailInit": ["Vocabulary", "WardenProtocol", "Kernel"],
        "Warden": ["JailInit", "Vocabulary", "WardenProtocol", "Kernel"],
        "quicksand-warden": ["Warden"],
        "JSON": [],
        "Domain": ["Vocabulary"],
        "Cryptography": ["CCrypto"],
        "Catalog": ["WardenProtocol", "CSeccomp", "Cryptography", "Domain", "JSON"],
        "WardenClient": ["WardenProtocol", "Kernel", "Domain"],
        "StoredRecords": ["Domain"],
        "SQLiteStore": ["StoredRecords", "Domain"],
        "FolderCache": ["StoredRecords", "Cryptography", "Domain"],
        "Runner": ["Domain"],
        "Queue": ["Domain", "Runner"],
        "Retention": ["Domain"],
        "Courier": ["CCurl", "Cryptography", "Domain"],
        "Identity": ["CCrack", "Cryptography", "Domain"],
        "API": ["Cryptography", "Domain", "Identity", "JSON"],
        "EscapeCorpus": ["Domain", "Runner", "WardenProtocol"],
        "Commands": [
            "API", "EscapeCorpus", "Runner", "Queue", "Retention", "Courier", "Identity",
            "WardenClient", "Catalog", "SQLiteStore", "FolderCache", "WardenProtocol", "Domain",
        ],
        "Benchmarks": ["Commands", "WardenClient", "Catalog", "WardenProtocol", "Domain"],
        "quicksand": ["Commands", "Benchmarks"],
    ]

    private static let unprivileged = [
        "API", "Queue", "Runner", "FolderCache", "Retention", "Courier", "Identity", "Domain",
    ]
    private static let privileged = [
        "Warden", "JailInit", "Kernel", "Vocabulary", "WardenProtocol", "quicksand-warden",
    ]

    private func imports(of target: String) throws -> Set<String> {
        Set(try Repository.sources(target).flatMap { try $0.source.imports })
    }

    @Test func `every folder of Sources is a target whose imports are written down`() throws {
        let folders = Set(
            try Repository.files("Sources", ["swift", "modulemap", "c"]).map(\.target)
        )
        #expect(folders == Set(Self.ours.keys))
    }

    @Test func `the architecture page has this table`() throws {
        let page = try Repository.File(path: "docs/ARCHITECTURE.md").text
        let rows = page.matches(of: /\n\| `([A-Za-z-]+)` \| ([A-Za-z, ]*) \|/)
        let table = rows.map { row in
            (String(row.1), Set(row.2.split { ", ".contains($0) }.map(String.init)))
        }
        #expect(Dictionary(table) { first, _ in first } == Self.ours)
    }

    @Test(arguments: ours.keys.sorted())
    func `a target imports only those below it`(target: String) throws {
        let imported = try imports(of: target).intersection(Self.ours.keys)
        #expect(imported.subtracting(Self.ours[target] ?? []).sorted() == [])
    }

    @Test(arguments: unprivileged)
    func `what strangers reach never sees the kernel`(target: String) throws {
        let imported = try imports(of: target)
        #expect(imported.contains("Foundation"))  // else the scan read nothing
        #expect(imported.isDisjoint(with: ["Warden", "JailInit", "Kernel", "CLinux"]))
    }

    @Test(arguments: privileged)
    func `what has privilege has no Foundation, no logging and no tasks`(target: String) throws {
        let files = try Repository.sources(target)
        #expect(!files.isEmpty)
        for file in files {
            let text = try file.source
            #expect(Set(text.imports).isDisjoint(with: ["Foundation", "Logging"]), "\(file)")
            #expect(text.words.isDisjoint(with: ["async", "await"]), "\(file)")
        }
    }

    @Test(arguments: [
        ("GRDB", "SQLiteStore"), ("CCurl", "Courier"), ("CSeccomp", "Catalog"),
        ("CCrack", "Identity"), ("CCrypto", "Cryptography"), ("CLinux", "Kernel"),
        ("Warden", "quicksand-warden"), ("JailInit", "Warden"), ("Hummingbird", "API"),
        ("Mustache", "API"),
    ])
    func `a dependency has one importer`(module: String, importer: String) throws {
        let importers = try Repository.sources()
            .filter { try $0.source.imports.contains(module) }.map(\.target)
        // `Commands` runs the application that API makes, because it composes the service.
        #expect(
            Set(importers).subtracting(module == "Hummingbird" ? ["Commands"] : []) == [importer]
        )
    }

    @Test func `one file speaks HTTP to servers for the command line`() throws {
        let importers = try Repository.sources()
            .filter { try $0.source.imports.contains("FoundationNetworking") }
        #expect(importers.map(\.path) == ["Sources/Commands/Try/RemoteServer.swift"])
    }

    @Test func `only the command line reads the environment`() throws {
        let readers: Set<Substring> = ["ProcessInfo", "getenv", "secure_getenv", "environ"]
        let files = try Repository.files("Sources", ["swift", "c", "h"])
            .filter { try !$0.source.words.isDisjoint(with: readers) }
        #expect(Set(files.map(\.target)) == ["Commands", "Benchmarks"])
    }
}
