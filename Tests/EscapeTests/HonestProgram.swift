import Domain
import Foundation
import Testing
import WardenUnderTest

/// A program that a jail must run as if there were no jail, and its expected output.
///
/// `Honest/<runtime>/NAME.<ending>` is the source; a new program needs no Swift. Beside it:
/// - `NAME.expected`: the standard output;
/// - `NAME.strict.expected`: the output in the profile without sockets, if it differs;
/// - `NAME.outside.expected`: the output outside any jail, if it differs; the source says why;
/// - `NAME.refused`: the refused system calls in its result, if any.
///
/// It prints nothing to standard error and ends with 0. A program that starts a failing program
/// checks that program's standard error itself.
struct HonestProgram: Sendable, CustomTestStringConvertible {
    let runtime: String
    let file: String

    /// The arguments of every program, which most programs ignore.
    static let arguments = ["żółw", "日本 🐢", "", "two\nlines"]
    static let stdin = Data("Zażółć gęślą jaźń\n日本語 🐢\n".utf8)

    enum Place: String, CaseIterable, Sendable { case strict, standard, outside }

    private static let folder = Checkout.tests.appendingPathComponent("Honest")

    static func all() throws -> [HonestProgram] {
        let files = FileManager.default
        return try files.contentsOfDirectory(atPath: folder.path).sorted().flatMap { runtime in
            try files.contentsOfDirectory(atPath: folder.appendingPathComponent(runtime).path)
                .filter { !$0.hasSuffix(".expected") && !$0.hasSuffix(".refused") }.sorted()
                .map { HonestProgram(runtime: runtime, file: $0) }
        }
    }

    var testDescription: String { runtime + "/" + file }

    func source() throws -> SourceFile {
        SourceFile(path: file, content: try Data(contentsOf: url(file)))
    }

    private var name: String { (file as NSString).deletingPathExtension }

    func expected(_ place: Place) throws -> String {
        let special = url("\(name).\(place.rawValue).expected")
        let usual = url("\(name).expected")
        let isSpecial = FileManager.default.fileExists(atPath: special.path)
        return try String(contentsOf: isSpecial ? special : usual, encoding: .utf8)
    }

    func refused() throws -> [String] {
        let list = url("\(name).refused")
        guard FileManager.default.fileExists(atPath: list.path) else { return [] }
        return try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func url(_ name: String) -> URL {
        Self.folder.appendingPathComponent(runtime).appendingPathComponent(name)
    }
}

/// The run of the same program outside any jail, as an ordinary user, with the manifest's command.
///
/// Without this run, a program that fails quietly everywhere would pass.
struct Outside {
    struct End: Sendable {
        let code: Int32
        let stdout: String
        let stderr: String
    }

    private let folder: URL
    /// The host's paths by their paths inside.
    private let places: [String: String]
    private let environment: [String: String]

    private let secondsMax: Int
    /// The test runner blocks signals, and its children inherit that.
    private static let unblocking = "sigprocmask(SIG_SETMASK, POSIX::SigSet->new); exec @ARGV"

    /// - Parameter mounts: the paths of the runtime's own files: inside, and outside.
    static func run(
        _ program: HonestProgram,
        on runtime: Runtime,
        mounts: [String: String]
    ) async throws -> End {
        try await run(
            try program.source(),
            HonestProgram.arguments,
            stdin: HonestProgram.stdin,
            on: runtime,
            mounts: mounts,
            secondsMax: 180
        )
    }

    @concurrent static func run(
        _ source: SourceFile,
        _ arguments: [String],
        stdin: Data,
        on runtime: Runtime,
        mounts: [String: String],
        secondsMax: Int
    ) async throws -> End {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("quicksand-outside-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, mode) in [(folder, 0o777), (folder.appendingPathComponent("tmp"), 0o1777)] {
            try FileManager.default.createDirectory(
                at: path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: mode]
            )
        }
        try source.content.write(to: folder.appendingPathComponent(source.path))
        let outside = Outside(
            folder: folder,
            places: mounts.merging(["/box": folder.path, "/tmp": folder.path + "/tmp"]) { $1 },
            environment: runtime.environment,
            secondsMax: secondsMax
        )
        let files = [source.path]
        if let compile = runtime.compile {
            let words = compile.filled(entry: source.path, files: files, arguments: [])
            let end = try outside.run(words, stdin: Data())
            guard end.code == 0 else { return end }
        }
        let words = runtime.run.filled(entry: source.path, files: files, arguments: arguments)
        return try outside.run(words, stdin: stdin)
    }

    private func run(_ words: [String], stdin: Data) throws -> End {
        let streams = ["stdin", "stdout", "stderr"].map {
            folder.appendingPathComponent("tmp/.\($0)")
        }
        for (file, content) in zip(streams, [stdin, Data(), Data()]) { try content.write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
        process.arguments =
            ["-MPOSIX", "-e", Self.unblocking, "/usr/bin/setpriv", "--reuid=65534"]
            + ["--regid=65534", "--clear-groups", "/usr/bin/timeout", "-s", "KILL"]
            + ["\(secondsMax)"] + (try words.map(translated))
        process.currentDirectoryURL = folder
        process.environment = try environment.mapValues(translated)
        process.standardInput = try FileHandle(forReadingFrom: streams[0])
        process.standardOutput = try FileHandle(forWritingTo: streams[1])
        process.standardError = try FileHandle(forWritingTo: streams[2])
        try process.run()
        process.waitUntilExit()
        return End(
            code: process.terminationStatus,
            stdout: try String(contentsOf: streams[1], encoding: .utf8),
            stderr: try String(contentsOf: streams[2], encoding: .utf8)
        )
    }

    /// Translates a word that begins with a path inside to the path outside.
    private func translated(_ word: String) throws -> String {
        let place = places.first { word == $0.key || word.hasPrefix($0.key + "/") }
        guard let place else { return word }
        let path = place.value + word.dropFirst(place.key.count)
        guard !path.hasPrefix(folder.path) else { return path }
        // Use a copy: an ordinary user may lack access to the checkout.
        let copy = folder.appendingPathComponent("tmp/.program").path
        if !FileManager.default.fileExists(atPath: copy) {
            try FileManager.default.copyItem(atPath: path, toPath: copy)
        }
        return copy
    }
}
