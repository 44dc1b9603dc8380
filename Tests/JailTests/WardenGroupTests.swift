import Foundation
import Kernel
import Testing

@testable import Jail

/// In an ordinary folder: what is looked at is names, locks and whether something is empty.
@Suite final class StaleGroupTests {
    /// Above every number that a process can have.
    private static let nobody = 2_000_000_000
    private let folder = NSTemporaryDirectory() + "/quicksand-groups-" + UUID().uuidString

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func make(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder)/\(name)/jail-1",
            withIntermediateDirectories: true
        )
    }

    private func clear() throws -> [String] {
        let directory = try Descriptor.open(folder, flags: OpenFlags.folder)
        StaleGroups.remove(in: directory.number)
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func `the group of a warden that is dead is removed, with its jails', and no other`()
        throws
    {
        try make("quicksand-warden-\(Self.nobody)")
        try make("quicksand-warden-1")
        try make("somebody-else")
        #expect(try clear() == ["quicksand-warden-1", "somebody-else"])
    }

    /// As that of a warden in another process namespace, where its number is somebody's.
    @Test func `one whose lock is held stays, whatever its number, until it is let go`() throws {
        let name = "quicksand-warden-\(Self.nobody)"
        try make(name)
        do {
            let held = try Descriptor.open("\(folder)/\(name)", flags: OpenFlags.folder)
            #expect(try Files.lock(held.number))
            #expect(try clear() == [name])
            #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)/jail-1"))
        }
        #expect(try clear() == [])
    }
}
