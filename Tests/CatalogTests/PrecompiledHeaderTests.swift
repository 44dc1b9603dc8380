import Foundation
import Testing
import WardenProtocol

@testable import Catalog

@Suite final class `Headers that were compiled ahead` {
    private let folder = NSTemporaryDirectory() + "/quicksand-headers-" + UUID().uuidString
    private var header: String { folder + "/a header.h" }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("12345".utf8).write(to: URL(fileURLWithPath: header))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000)],
            ofItemAtPath: header
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func find(
        _ record: String?,
        _ headers: [String] = ["b.h"]
    ) throws -> PrecompiledHeaders.Finding {
        let file = URL(fileURLWithPath: folder + "/made-of")
        if let record { try Data(record.utf8).write(to: file) }
        try Data().write(to: URL(fileURLWithPath: folder + "/b.h.gch"))
        return PrecompiledHeaders.find(folder, for: "toy", headers, command: ["/toy", "-O2"])
    }

    private func reason(_ record: String?, _ headers: [String] = ["b.h"]) throws -> String? {
        guard case .absent(let why) = try find(record, headers) else { return nil }
        return why
    }

    @Test func `are shown while all that they were made of is as it was`() throws {
        guard case .ready(let headers) = try find("/toy -O2\nb.h\n5 1000 \(header)\n") else {
            Issue.record("are absent")
            return
        }
        #expect(headers.mount.target == "/opt/toy-headers")
        #expect(headers.mount.source.hasSuffix(folder.split(separator: "/").last ?? "/"))
        #expect(headers.word == "-I/opt/toy-headers")
    }

    @Test func `are not where there are none`() throws {
        #expect(try reason(nil) == "are not made")
        let nowhere = PrecompiledHeaders.find("/nowhere", for: "toy", [], command: [])
        guard case .absent = nowhere else {
            Issue.record("are there")
            return
        }
    }

    @Test func `are not where the command or the headers are others`() throws {
        let others = "were made with another command or are others"
        #expect(try reason("/toy -O3\nb.h\n5 1000 \(header)\n") == others)
        #expect(try reason("/toy -O2\nb.h c.h\n5 1000 \(header)\n") == others)
        #expect(try reason("") == others)
        #expect(try reason("/toy -O2\nb.h c.h\n", ["b.h", "c.h"]) == "lack c.h")
    }

    @Test func `are not where something came into a folder that was searched`() throws {
        let folder = folder + "/searched"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000)],
            ofItemAtPath: folder
        )
        #expect(try reason("/toy -O2\nb.h\n0 1000 \(folder)\n") == nil)
        try Data().write(to: URL(fileURLWithPath: folder + "/new.h"))
        let why = try reason("/toy -O2\nb.h\n0 1000 \(folder)\n")
        #expect(why == "were made of another " + folder)
    }

    @Test(arguments: ["6 1000", "5 1001", "5"])
    func `are not where a file is another`(look: String) throws {
        let why = try #require(try reason("/toy -O2\nb.h\n\(look) \(header)\n"))
        #expect(why.hasPrefix("were made of another "))
    }

    @Test func `are not where a file is gone`() throws {
        let why = try reason("/toy -O2\nb.h\n5 1000 \(header)\n5 1000 /nowhere/b.h\n")
        #expect(why == "were made of another /nowhere/b.h")
    }
}
