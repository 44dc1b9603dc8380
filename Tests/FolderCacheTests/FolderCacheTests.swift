import Domain
import Foundation
import TestSupport
import Testing

@testable import FolderCache

@Suite struct `A cache of compiled programs` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Returns a new cache on the folder, like that of a new process.
    ///
    /// It holds nothing in memory unless a test says so.
    private func cache(blocks: Int = 100, heldBytesMax: Int = 0) throws -> FolderCache {
        try FolderCache(
            path: folder.path,
            bytesMax: blocks * 4_096,
            heldBytesMax: heldBytesMax
        )
    }

    /// Stores a program of one block under each name.
    private func keep(_ names: [String], in cache: FolderCache) async {
        for name in names { cache.keep(.sample(name), of: .sample(name)) }
        await cache.settle()
    }

    private func found(_ names: [String], in cache: FolderCache) async -> [String] {
        var found: [String] = []
        for name in names {
            let program = await cache.program(of: .sample(name))
            if program == .sample(name) { found.append(name) }
        }
        return found
    }

    private func file(of name: String) -> String {
        folder.path + "/" + ProgramKey(.sample(name), salt: []).fileName
    }

    /// Sets the files' times a second apart, as an earlier process might leave them.
    private func age(_ names: [String]) throws {
        for (age, name) in names.enumerated() {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000 + Double(age))],
                ofItemAtPath: file(of: name)
            )
        }
    }

    @Test(arguments: [0, 1 << 20])
    func `has what was kept, for the same compilation only`(heldBytesMax: Int) async throws {
        let cache = try cache(heldBytesMax: heldBytesMax)
        #expect(await cache.program(of: .sample()) == nil)
        cache.keep(.sample("kept"), of: .sample())
        await cache.settle()
        #expect(await cache.program(of: .sample()) == .sample("kept"))
        let other = Compilation.sample { $0.scope = .owner(.organization("org_2")) }
        #expect(await cache.program(of: other) == nil)
        let figures = cache.figures
        #expect((figures.hits, figures.misses, figures.programs) == (1, 2, 1))
        #expect(figures.bytes == 4_096)
    }

    @Test func `has it after a restart, but not what a stranger sent`() async throws {
        let before = try cache()
        let stranger = Compilation.sample { $0.scope = .owner(.address("192.0.2.1")) }
        before.keep(.sample(), of: .sample())
        before.keep(.sample(), of: stranger)
        await before.settle()
        #expect(await before.program(of: stranger) != nil)
        let after = try cache()
        #expect(after.figures.programs == 2)
        #expect(await after.program(of: .sample()) == .sample())
        #expect(await after.program(of: stranger) == nil)
    }

    @Test(arguments: [(3, ["a", "b", "c"], 0), (2, ["b", "c"], 1), (1, ["c"], 2)])
    func `lets go of what was used longest ago`(
        blocks: Int,
        left: [String],
        evictions: Int
    ) async throws {
        let cache = try cache(blocks: blocks)
        await keep(["a", "b", "c"], in: cache)
        #expect(cache.figures.evictions == evictions)
        #expect(cache.figures.bytes == blocks * 4_096)
        #expect(try folder.names.count == blocks)
        #expect(await found(["a", "b", "c"], in: cache) == left)
    }

    @Test func `counts being found as being used`() async throws {
        let cache = try cache(blocks: 2)
        await keep(["a", "b"], in: cache)
        #expect(await cache.program(of: .sample("a")) != nil)
        await keep(["c"], in: cache)
        #expect(await found(["a", "b", "c"], in: cache) == ["a", "c"])
    }

    @Test func `keeps the order of use over a restart`() async throws {
        await keep(["a", "b", "c"], in: try cache())
        try age(["a", "b", "c"])
        let second = try cache()
        #expect(await second.program(of: .sample("a")) != nil)
        let third = try cache(blocks: 2)
        #expect(third.figures.evictions == 1)
        #expect(await found(["a", "b", "c"], in: third) == ["a", "c"])
    }

    @Test func `notes on disk what was used in memory when it settles`() async throws {
        let before = try cache(heldBytesMax: 1 << 20)
        await keep(["a", "b"], in: before)
        try age(["a", "b"])
        #expect(await before.program(of: .sample("a")) != nil)
        await before.settle()
        let dates = try ["a", "b"].map {
            try FileManager.default.attributesOfItem(atPath: file(of: $0))[.modificationDate]
                as? Date
        }
        let long = Date(timeIntervalSince1970: 1_700_000_100)
        #expect(dates.allSatisfy { $0.map { $0 > long } == true })
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `does not keep what alone is above its bound`(above: Int, isKept: Bool) async throws {
        let empty = try ProgramFile.encode(.sample(), for: ProgramKey(.sample("a"), salt: []))
        let cache = try cache(blocks: 4)
        await keep(["b"], in: cache)
        let program = CompiledProgram.sample(bytes: 4 * 4_096 - empty.count + above)
        cache.keep(program, of: .sample("a"))
        await cache.settle()
        #expect((await cache.program(of: .sample("a")) == program) == isKept)
        #expect(await found(["b"], in: cache) == (isKept ? [] : ["b"]))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `keeps programs up to what a stage can bring out`(above: Int, isKept: Bool) async throws {
        let cache = try cache(blocks: 10_000)
        let said = CompiledProgram.sample("").bytes
        let program = CompiledProgram.sample("", bytes: CompiledProgram.bytesMax - said + above)
        cache.keep(program, of: .sample())
        await cache.settle()
        #expect((await cache.program(of: .sample()) != nil) == isKept)
    }

    @Test func `holds no more in memory than it may, and has the rest on disk`() async throws {
        let cache = try cache(heldBytesMax: 7 * 4_096)
        for name in ["a", "b", "c", "d", "e"] {
            cache.keep(.sample(name, bytes: 7_000), of: .sample(name))
        }
        await cache.settle()
        // Files that are gone from the disk can only be read from memory.
        for name in try folder.names {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        }
        var held: [String] = []
        for name in ["a", "b", "c", "d", "e"] {
            let program = await cache.program(of: .sample(name))
            held += program == nil ? [] : [name]
        }
        #expect(held == ["c", "d", "e"])
    }

    @Test func `takes a damaged file for none, and removes it`() async throws {
        await keep(["a", "b"], in: try cache())
        let damaged = try #require(FileHandle(forWritingAtPath: file(of: "a")))
        try damaged.seek(toOffset: 100)
        try damaged.write(contentsOf: Data("damage".utf8))
        try damaged.close()
        let cache = try cache()
        #expect(await found(["a", "b"], in: cache) == ["b"])
        #expect(!FileManager.default.fileExists(atPath: file(of: "a")))
        #expect(cache.figures.programs == 1)
        #expect(cache.figures.misses == 1)
        await keep(["a"], in: cache)
        #expect(await found(["a", "b"], in: cache) == ["a", "b"])
    }

    @Test func `follows no link and reads no folder in place of a file`() async throws {
        await keep(["a", "b"], in: try cache())
        let apart = try TemporaryFolder()
        try FileManager.default.moveItem(atPath: file(of: "a"), toPath: apart.path + "/a")
        let cache = try cache()
        try FileManager.default.createSymbolicLink(
            atPath: file(of: "a"),
            withDestinationPath: apart.path + "/a"
        )
        try FileManager.default.removeItem(atPath: file(of: "b"))
        try FileManager.default.createDirectory(
            atPath: file(of: "b"),
            withIntermediateDirectories: false
        )
        #expect(await found(["a", "b"], in: cache) == [])
        #expect(FileManager.default.fileExists(atPath: apart.path + "/a"))
    }

    @Test func `removes what was not finished, and leaves alone what is not its own`() async throws
    {
        // The process of the last file is alive.
        let unfinished = ["unfinished", "unfinished.0", "unfinished.x", "unfinished.1"]
        for name in unfinished + ["stranger", String(repeating: "a", count: 64)] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name))
        }
        let cache = try cache()
        let left = [String(repeating: "a", count: 64), "stranger", "unfinished.1"]
        #expect(try folder.names == left)
        #expect(cache.figures.programs == 0)
    }

    @Test func `goes on where nothing can be written`() async throws {
        let cache = try cache(heldBytesMax: 1 << 20)
        try FileManager.default.removeItem(atPath: folder.path)
        await keep(["a"], in: cache)
        #expect(cache.figures.failures == 1)
        #expect(cache.figures.programs == 0)
        #expect(await found(["a"], in: cache) == ["a"])
    }

    @Test(arguments: [0, 1 << 20])
    func `forgets a project with all that was made of it`(heldBytesMax: Int) async throws {
        let cache = try cache(heldBytesMax: heldBytesMax)
        let own = ["a", "b"].map { Compilation.sample($0) { $0.scope = .project("prj_1") } }
        let other = Compilation.sample("a") { $0.scope = .project("prj_2") }
        for compilation in own + [other] { cache.keep(.sample(), of: compilation) }
        await cache.forget(project: "prj_1")
        for compilation in own { #expect(await cache.program(of: compilation) == nil) }
        #expect(await cache.program(of: other) == .sample())
        #expect(try folder.names == [ProgramKey(other, salt: []).fileName])
    }

    @Test func `keeps one program where two make the same at once`() async throws {
        let cache = try cache()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { cache.keep(.sample("a"), of: .sample("a")) } }
        }
        await cache.settle()
        #expect(cache.figures.programs == 1)
        #expect(try folder.names.count == 1)
        #expect(await found(["a"], in: cache) == ["a"])
    }

    @Test func `is shared by processes that come and go`() async throws {
        let (first, second) = (try cache(), try cache())
        await keep(["a"], in: first)
        await keep(["a", "b"], in: second)
        #expect(await found(["a", "b"], in: try cache()) == ["a", "b"])
        try FileManager.default.removeItem(atPath: file(of: "a"))
        #expect(await found(["a", "b"], in: first) == [])
        #expect(await found(["a", "b"], in: second) == ["b"])
    }

    @Test func `is whole whatever comes at once`() async throws {
        let cache = try cache(blocks: 4, heldBytesMax: 16 << 10)
        let names = (0..<8).map { "program \($0)" }
        await withTaskGroup(of: Void.self) { group in
            for round in 0..<200 {
                let name = names[round % names.count]
                group.addTask {
                    cache.keep(.sample(name), of: .sample(name))
                    let program = await cache.program(of: .sample(name))
                    #expect(program == nil || program == .sample(name))
                }
            }
        }
        await cache.settle()
        #expect(cache.figures.bytes <= 4 * 4_096)
        #expect(try folder.names.count == cache.figures.programs)
    }
}
