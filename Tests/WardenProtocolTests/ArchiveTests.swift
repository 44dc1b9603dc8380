import TestSupport
import Testing
import Vocabulary
import WardenProtocol

@Suite struct ArchiveTests {
    private let file = Archive.header(path: "a/b", size: 3) + [1, 2, 3]
    private let refusal = Archive.refusal(path: "c", reason: .tooLarge)

    @Test func `files and refusals come back in order`() throws {
        let entries = try Archive.entries(in: file + refusal + file)
        let first = Archive.Entry.file(path: "a/b", content: [1, 2, 3])
        #expect(entries == [first, .refused(path: "c", reason: .tooLarge), first])
    }

    @Test func `a program is told from a file by one byte`() throws {
        let program = Archive.header(path: "a/b", size: 3, kind: .program) + [1, 2, 3]
        #expect(try Archive.entries(in: program) == [.program(path: "a/b", content: [1, 2, 3])])
        #expect(zip(program, file).count { $0 != $1 } == 1)
        for count in 1..<program.count {
            #expect(throws: WireError.self) { try Archive.entries(in: program.prefix(count) + []) }
        }
    }

    private func entry(_ kind: UInt8) -> [UInt8] {
        var writer = ByteWriter()
        writer.text("a")
        writer.integer(kind)
        return writer.bytes
    }

    @Test(arguments: [(UInt8(1), FileRefusal.notARegularFile), (2, .tooLarge), (3, .unreadable)])
    func `a refusal has a reason and no bytes`(kind: UInt8, reason: FileRefusal) throws {
        let entries = try Archive.entries(in: entry(kind))
        #expect(entries == [.refused(path: "a", reason: reason)])
    }

    @Test(arguments: [UInt8(6), 255])
    func `an unknown kind is refused`(kind: UInt8) {
        #expect(throws: WireError.unknownValue) { try Archive.entries(in: entry(kind)) }
    }

    @Test func `a file whose bytes are not needed is its digest, and not where it is cut`() throws {
        let digest = ContentDigest(of: [1, 2, 3])
        let told = Archive.digest(path: "a/b", digest)
        #expect(try Archive.entries(in: told + file).first == .digest(path: "a/b", digest))
        for count in 1..<told.count {
            #expect(throws: WireError.self) { try Archive.entries(in: told.prefix(count) + []) }
        }
    }

    @Test func `an empty archive and an empty file are allowed`() throws {
        #expect(try Archive.entries(in: []).isEmpty)
        let empty = Archive.header(path: "e", size: 0)
        #expect(try Archive.entries(in: empty) == [.file(path: "e", content: [])])
    }

    @Test func `an archive cut short inside an entry is refused whole`() {
        for count in 1..<file.count {
            #expect(throws: WireError.self) {
                try Archive.entries(in: refusal + file.prefix(count))
            }
        }
    }

    @Test func `a byte after the last entry is refused`() {
        #expect(throws: WireError.truncated) { try Archive.entries(in: file + [0]) }
    }

    @Test(arguments: [UInt64(4), 1 << 40, UInt64(Int64.max), .max])
    func `a size that lies is refused`(size: UInt64) {
        var writer = ByteWriter()
        writer.text("a")
        writer.integer(UInt8(0))
        writer.integer(size)
        #expect(throws: WireError.truncated) {
            try Archive.entries(in: writer.bytes + [1, 2, 3])
        }
    }

    @Test(arguments: [(4_095, true), (4_096, true), (4_097, false)])
    func `a path has at most 4096 bytes`(count: Int, isAccepted: Bool) {
        let path = String(repeating: "p", count: count)
        let archive = Archive.header(path: path, size: 0)
        #expect(((try? Archive.entries(in: archive)) != nil) == isAccepted)
    }

    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "./a", "a/./b", "a\u{0}b",
    ])
    func `a path that is not plainly relative is refused`(path: String) {
        let archives = [
            Archive.header(path: path, size: 0), Archive.refusal(path: path, reason: .tooLarge),
        ]
        for archive in archives {
            #expect(throws: WireError.badPath) { try Archive.entries(in: file + archive) }
        }
    }

    @Test(arguments: ["...", "..a", "-", "a\\b", "a/\u{301}b", "..\u{301}", "a b\n"])
    func `a path that only looks like one is taken`(path: String) throws {
        let entries = try Archive.entries(in: Archive.header(path: path, size: 0))
        #expect(entries == [.file(path: path, content: [])])
    }

    @Test func `a path that is not UTF-8 is refused`() {
        let archive: [UInt8] = [2, 0, 0, 0, 0x61, 0xff, 0] + Array(repeating: 0, count: 8)
        #expect(throws: WireError.notUTF8) { try Archive.entries(in: archive) }
    }

    @Test func `noise is refused or understood, and harms nothing`() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            _ = try? Archive.entries(in: generator.bytes(most: 100))
            let damaged = generator.damaged(file + refusal)
            for case .file(_, let content) in (try? Archive.entries(in: damaged)) ?? [] {
                #expect(content.count <= damaged.count)
            }
        }
    }
}
