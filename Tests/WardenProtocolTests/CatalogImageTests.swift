import TestSupport
import Testing
import WardenProtocol

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
        #expect(Array(bytes.prefix(4)) == Array("QSC2".utf8))
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

    @Test func `what may be missing and what is left out travel by name`() throws {
        var image = Samples.image
        image.dispensable = Set(Dispensable.allCases)
        image.absent = Set(IsolationLayer.allCases)
        #expect(try CatalogImage(decoding: image.encoded()) == image)
        image.absent = [.clock]
        var bytes = image.encoded()
        bytes[bytes.count - 1] = 200
        #expect(throws: WireError.unknownValue) { try CatalogImage(decoding: bytes) }
    }

    @Test func `absent walls stand in order and once each, so a catalog has one form`() throws {
        var image = Samples.image
        image.absent = [.systemCalls, .landlock]
        let bytes = image.encoded()
        #expect(try CatalogImage(decoding: bytes) == image)
        for walls: [UInt8] in [[2, 1], [1, 1], [2, 2]] {
            #expect(throws: WireError.unknownValue) {
                try CatalogImage(decoding: Array(bytes.dropLast(2)) + walls)
            }
        }
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
