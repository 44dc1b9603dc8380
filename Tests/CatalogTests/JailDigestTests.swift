import Domain
import Foundation
import TestSupport
import Testing
import WardenProtocol

@testable import Catalog

/// The tests check which changes give another digest, since a program that was compiled under one
/// digest never runs under another.
@Suite struct `What decides a compiler's work` {
    private let folder: TemporaryFolder
    private let program: ProgramLocation
    private let root = RootImage(
        mounts: [MountImage(source: "/usr", target: "/usr")],
        links: [],
        files: [FileImage(path: "/etc/ld.so.cache", content: [1])]
    )
    private let image = RuntimeImage(name: "c", mounts: [])

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("gcc", "compiler", mode: 0o755)
        try folder.write("packages", "c 1.0")
        program = ProgramLocation(host: folder.path + "/gcc", jail: "/usr/bin/gcc", package: nil)
    }

    private func digest(
        filters: [[UInt8]] = [[1], [2]],
        root: RootImage? = nil,
        at location: ProgramLocation? = nil,
        image: RuntimeImage? = nil
    ) -> [UInt8] {
        let jail = JailDigest(
            filters: filters,
            root: root ?? self.root,
            installed: [folder.path + "/packages", folder.path + "/local"]
        )
        return jail.compiler(at: location ?? program, image ?? self.image)
    }

    @Test func `is the same as long as nothing changes`() {
        #expect(digest() == digest())
        #expect(digest().count == 32)
    }

    @Test func `is another with another policy, root or mount`() {
        var root = root
        root.files[0].content = [2]
        let mounts = [MountImage(source: "/srv/lib", target: "/srv/lib")]
        let digests = [
            digest(), digest(filters: [[1], [3]]), digest(filters: [[1]]), digest(root: root),
            digest(image: RuntimeImage(name: "c", mounts: mounts)),
            digest(at: ProgramLocation(host: program.host, jail: "/opt/gcc", package: nil)),
        ]
        #expect(Set(digests).count == digests.count)
    }

    @Test(arguments: ["gcc", "packages"])
    func `is another after a program or the packages were replaced`(name: String) throws {
        let before = digest()
        let path = folder.path + "/" + name
        // The replacement has the same size and time.
        let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
        try FileManager.default.copyItem(atPath: path, toPath: path + ".new")
        try FileManager.default.setAttributes(
            [.modificationDate: try #require(date)],
            ofItemAtPath: path + ".new"
        )
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".new", toPath: path)
        #expect(digest() != before)
    }

    @Test(arguments: ["gcc", "packages"])
    func `is another after one was written to`(name: String) throws {
        let before = digest()
        let file = try #require(FileHandle(forWritingAtPath: folder.path + "/" + name))
        try file.seekToEnd()
        try file.write(contentsOf: Data("more".utf8))
        try file.close()
        #expect(digest() != before)
    }

    @Test func `is another after a folder of libraries has come`() throws {
        let before = digest()
        try folder.write("local/header.h", "")
        #expect(digest() != before)
    }
}
