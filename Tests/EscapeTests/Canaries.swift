import Domain
import Foundation
import Testing
import WardenUnderTest

/// Files of the host that no jail may read, change or replace.
struct Canaries: Sendable {
    /// The canaries of the running suite; set by ``CanariesTrait``.
    @TaskLocal static var current: Canaries?

    /// The content of each file, which is nowhere else.
    let secret: String
    let paths: [String]
    private let marks: [Mark]

    private struct Mark: Equatable {
        let content: String
        let inode: UInt64
        let owner: uid_t
        let mode: mode_t
        let seconds: Int
        let nanoseconds: Int

        init(path: String) throws {
            var status = stat()
            guard lstat(path, &status) == 0 else { throw Missing(what: path) }
            content = try String(contentsOfFile: path, encoding: .utf8)
            inode = UInt64(status.st_ino)
            owner = status.st_uid
            mode = status.st_mode
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    init() throws {
        secret = "canary-" + UUID().uuidString
        let name = "quicksand-" + UUID().uuidString
        let folder = FileManager.default.temporaryDirectory.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755]
        )
        // The files are world-readable: a jail cannot read them because it does not contain them.
        paths = ["/root/" + name, "/etc/" + name, folder + "/data"]
        for path in paths { try Data(secret.utf8).write(to: URL(fileURLWithPath: path)) }
        marks = try paths.map(Mark.init)
    }

    var areUntouched: Bool { (try? paths.map(Mark.init)) == marks }

    func remove() {
        for path in paths { try? FileManager.default.removeItem(atPath: path) }
        if let data = paths.last {
            let folder = URL(fileURLWithPath: data).deletingLastPathComponent()
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// Checks that no output has the secret.
    func expectAbsent(from result: ExecutionResult) {
        let secret = Data(secret.utf8)
        for stage in [result.compile].compactMap({ $0 }) + result.runs {
            #expect(stage.stdout.bytes.range(of: secret) == nil)
            #expect(stage.stderr.bytes.range(of: secret) == nil)
        }
        for file in result.files {
            if case .bytes(let bytes) = file.content { #expect(bytes.range(of: secret) == nil) }
        }
    }
}

/// A trait that makes canaries for a whole suite and deletes them afterwards.
struct CanariesTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent () async throws -> Void
    ) async throws {
        let canaries = try Canaries()
        defer { canaries.remove() }
        try await Canaries.$current.withValue(canaries) { try await function() }
    }
}

extension Trait where Self == CanariesTrait {
    static var withCanaries: Self { CanariesTrait() }
}

extension WardenFixture {
    /// - Throws: outside a suite with canaries.
    var canaries: Canaries {
        get throws { try #require(Canaries.current) }
    }
}
