import Foundation
import Testing
import WardenWire

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

    private func find(_ record: String?) throws -> PrecompiledHeaders.Finding {
        let file = URL(fileURLWithPath: folder + "/made-of")
        if let record { try Data(record.utf8).write(to: file) }
        return PrecompiledHeaders.find(folder, for: "toy", flags: ["-O2", "-g"])
    }

    private func reason(_ record: String?) throws -> String? {
        guard case .absent(let why) = try find(record) else { return nil }
        return why
    }

    @Test func `are shown while all that they were made of is as it was`() throws {
        guard case .ready(let headers) = try find("-O2 -g\n5 1000 \(header)\n") else {
            Issue.record("are absent")
            return
        }
        #expect(headers.mount.target == "/opt/toy-headers")
        #expect(headers.mount.source.hasSuffix(folder.split(separator: "/").last ?? "/"))
        #expect(headers.word == "-I/opt/toy-headers")
    }

    @Test func `are not where there are none`() throws {
        #expect(try reason(nil) == "are not made")
        let nowhere = PrecompiledHeaders.find("/nowhere", for: "toy", flags: [])
        guard case .absent = nowhere else {
            Issue.record("are there")
            return
        }
    }

    @Test func `are not where the flags are others`() throws {
        #expect(try reason("-O2\n5 1000 \(header)\n") == "were made with other flags")
        #expect(try reason("") == "were made with other flags")
    }

    @Test(arguments: ["6 1000", "5 1001", "5"])
    func `are not where a file is another`(look: String) throws {
        let why = try #require(try reason("-O2 -g\n\(look) \(header)\n"))
        #expect(why.hasPrefix("were made of another "))
    }

    @Test func `are not where a file is gone`() throws {
        let why = try reason("-O2 -g\n5 1000 \(header)\n5 1000 /nowhere/b.h\n")
        #expect(why == "were made of another /nowhere/b.h")
    }
}
