import Testing
import WardenWire

@Suite struct CatalogImageTests {
    @Test func `a catalog comes back as it was`() throws {
        #expect(try CatalogImage(decoding: Samples.image.encoded()) == Samples.image)
    }

    @Test func `a catalog cut short anywhere is refused`() {
        let bytes = Samples.image.encoded()
        for count in bytes.indices {
            #expect(throws: WireError.self) {
                try CatalogImage(decoding: Array(bytes.prefix(count)))
            }
        }
    }

    @Test func `a catalog with a byte after it is refused`() {
        #expect(throws: WireError.trailingBytes) {
            try CatalogImage(decoding: Samples.image.encoded() + [0])
        }
    }

    @Test func `another format is named in the error`() {
        var bytes = Samples.image.encoded()
        #expect(Array(bytes.prefix(4)) == Array("QSC1".utf8))
        bytes.replaceSubrange(0..<4, with: [2, 0, 0, 0])
        #expect(throws: WireError.unsupportedVersion(2)) { try CatalogImage(decoding: bytes) }
    }

    @Test(arguments: [(15, true), (16, true), (17, false)])
    func `a catalog has at most 16 filters`(count: Int, isAccepted: Bool) {
        var image = Samples.image
        image.filters = Array(repeating: [1], count: count)
        #expect(((try? CatalogImage(decoding: image.encoded())) == image) == isAccepted)
    }

    @Test(arguments: [(1_023, true), (1_024, true), (1_025, false)])
    func `a catalog has at most 1024 runtimes`(count: Int, isAccepted: Bool) {
        var image = Samples.image
        image.runtimes = Array(repeating: RuntimeImage(name: "a", mounts: []), count: count)
        #expect(((try? CatalogImage(decoding: image.encoded())) == image) == isAccepted)
    }

    @Test func `damaged catalogs are refused or understood, and harm nothing`() {
        var generator = SeededGenerator(seed: 3)
        let bytes = Samples.image.encoded()
        for _ in 0..<20_000 {
            guard let image = try? CatalogImage(decoding: generator.damaged(bytes)) else {
                continue
            }
            #expect((try? CatalogImage(decoding: image.encoded())) == image)
        }
    }
}
