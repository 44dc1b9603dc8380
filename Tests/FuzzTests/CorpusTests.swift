import Foundation
import Testing

/// The saved inputs against the properties that `make fuzz` tries to break.
@Suite struct CorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "Corpus")

    private static func inputs(_ name: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: name),
            includingPropertiesForKeys: nil
        )
    }

    @Test(arguments: Property.all.map(\.name))
    func `every kept input leaves the property true`(name: String) throws {
        let property = try #require(Property.all.first { $0.name == name })
        let inputs = try Self.inputs(name)
        #expect(inputs.count >= 8)
        for input in inputs {
            do {
                try property.check(Array(try Data(contentsOf: input)))
            } catch {
                Issue.record("\(name)/\(input.lastPathComponent): \(error)")
            }
        }
    }

    /// Each saved input is cut and damaged at every place, which makes a thousand others.
    @Test(arguments: Property.all.map(\.name))
    func `nor does one with a byte cut, changed or doubled`(name: String) throws {
        let property = try #require(Property.all.first { $0.name == name })
        for input in try Self.inputs(name) {
            let bytes = Array(try Data(contentsOf: input)).prefix(300)
            for place in bytes.indices {
                var variants = [Array(bytes[..<place])]
                for byte in [0, 0x0a, 0x2f, 0x7f, 0xff, bytes[place] ^ 1] {
                    variants.append(bytes[..<place] + [byte] + bytes[(place + 1)...])
                }
                variants.append(Array(bytes[...place]) + bytes[place...])
                for variant in variants {
                    do {
                        try property.check(variant)
                    } catch {
                        Issue.record("\(name)/\(input.lastPathComponent) at \(place): \(error)")
                    }
                }
            }
        }
    }

    @Test func `every folder of the corpus has its property`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(folders) == Set(Property.all.map(\.name)))
    }
}
