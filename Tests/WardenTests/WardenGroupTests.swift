import Foundation
import Kernel
import Synchronization
import Testing

@testable import Warden

/// The groups in an ordinary folder: the code checks names, locks and emptiness alone.
@Suite final class WardenGroupTests {
    /// A number above every process id.
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
        WardenGroups.removeStale(in: directory.number)
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func `the group of a warden that is dead is removed, with its jails', and no other`()
        throws
    {
        // Do not use process 1: this process may have that id, and the group would be an earlier
        // process's.
        let living = Foundation.Process()
        living.executableURL = URL(fileURLWithPath: "/bin/cat")
        let input = Pipe()
        living.standardInput = input
        try living.run()
        defer {
            try? input.fileHandleForWriting.close()
            living.waitUntilExit()
        }
        let kept = [
            "quicksand-warden-\(living.processIdentifier)",
            WardenGroups.name(ofWarden: living.processIdentifier),
            "quicksand-warden-else.1", "somebody-else",
        ]
        let dead = [
            "quicksand-warden-\(Self.nobody)", "quicksand-warden-\(OwnProcess.number)",
            WardenGroups.name(ofWarden: OwnProcess.number),
            // A group of another namespace, whose lock nobody holds.
            "quicksand-warden-\(living.processIdentifier).1",
        ]
        for name in kept + dead { try make(name) }
        #expect(try clear() == kept.sorted())
    }

    /// The group is like a group of a warden in another process namespace, where its number belongs
    /// to a process.
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

    /// The other threads clear as if they were in other process namespaces, where no number is a
    /// warden's.
    @Test func `a group that is made while others start is its warden's, and stays`() throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let directory = try Descriptor.open(folder, flags: OpenFlags.folder)
        let isDone = Atomic(false)
        let others = DispatchQueue(label: "others", attributes: .concurrent)
        let number = directory.number
        for _ in 0..<2 {
            others.async {
                while !isDone.load(ordering: .relaxed) { WardenGroups.removeStale(in: number) }
            }
        }
        defer {
            isDone.store(true, ordering: .relaxed)
            others.sync(flags: .barrier) {}
        }
        let name = "quicksand-warden-\(Self.nobody)"
        for _ in 0..<500 {
            let group = try WardenGroups.make(name, in: number)
            defer { Descriptor.close(group) }
            try Files.makeFolder("jail-1", in: group)
            #expect(Files.isNamed(name, in: number, group))
            try Files.removeFolder("jail-1", in: group)
            try Files.removeFolder(name, in: number)
        }
    }
}
