import Testing
import WardenWire

@Suite struct ArchiveTests {
    private let file = Archive.header(path: "a/b", size: 3) + [1, 2, 3]
    private let refusal = Archive.refusal(path: "c", reason: .tooLarge)

    @Test func `files and refusals come back in order`() throws {
        let entries = try Archive.entries(in: file + refusal + file)
        let first = Archive.Entry.file(path: "a/b", content: [1, 2, 3])
        #expect(entries == [first, .refused(path: "c", reason: 2), first])
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
