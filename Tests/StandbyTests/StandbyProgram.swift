import Domain
import Foundation
import Testing
import WardenUnderTest

/// A program that looks for a difference between a new jail and a standby jail.
///
/// `Programs/<runtime>/NAME.<ending>` is sent under the runtime's own default name; a folder
/// `NAME/` is a work folder with several files. The first line of the source says what it looks
/// for. `NAME.json` has its other inputs and its expectations: see ``Setting``.
///
/// It prints only values that are equal in every run of a cold jail: no times, no inodes, no
/// addresses, and no result of the kernel's scheduling, such as the order of two threads' output.
struct StandbyProgram: Sendable, CustomTestStringConvertible {
    let runtime: String
    let name: String
    /// The path of the file or folder, below the runtime's folder.
    private let source: String

    /// The content of `NAME.json`; every field is optional.
    struct Setting: Decodable, Sendable {
        /// The standard input; each character is one byte.
        var stdin: String?
        /// The number of repetitions of ``stdin``.
        var stdinRepeated: Int?
        var arguments: [String]?
        /// Several runs in one jail, in place of the single run of `stdin` and `arguments`.
        var inputs: [Input]?
        var environment: [String: String]?
        /// The paths and globs to bring back.
        var outputs: [String]?
        /// Limits that differ from the plan's defaults, by their names in JSON.
        var limits: [String: Int64]?
        /// The number of repetitions of the source, for a long source.
        var sourceRepeated: Int?
        /// Whether its standard output must differ in each of its runs.
        var differs: Bool?
        /// `false` if its interpreter must not be started in advance.
        ///
        /// A jail without a process may still stand by for it.
        var isBooted: Bool?

        struct Input: Decodable, Sendable {
            var stdin: String?
            var arguments: [String]?
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case stdin, stdinRepeated, arguments, inputs, environment, outputs, limits
            case sourceRepeated, differs, isBooted
        }
    }

    /// The limits of time for programs that must not reach one: the machine may be busy.
    private static let patience: [Limit: Int64] = [
        .wallMilliseconds: 300_000, .cpuMilliseconds: 300_000,
    ]

    static let folder = Checkout.tests.appendingPathComponent("Programs")

    static func all() throws -> [StandbyProgram] {
        try contents(of: folder).flatMap { runtime in
            try contents(of: folder.appendingPathComponent(runtime))
                .filter { !$0.hasSuffix(".json") }
                .map {
                    let name = ($0 as NSString).deletingPathExtension
                    return StandbyProgram(runtime: runtime, name: name, source: $0)
                }
        }
    }

    static func named(_ name: String, of runtime: String) throws -> StandbyProgram {
        let program = try all().first { $0.runtime == runtime && $0.name == name }
        guard let program else { throw Missing(what: runtime + "/" + name) }
        return program
    }

    private static func contents(of folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// Whether the program inspects something that differs between profiles.
    var isOfProfiles: Bool { ["status", "descriptors", "refused", "refused_calls"].contains(name) }

    var testDescription: String { runtime + "/" + name }

    private var place: URL {
        Self.folder.appendingPathComponent(runtime).appendingPathComponent(source)
    }

    func setting() throws -> Setting {
        let file = Self.folder.appendingPathComponent("\(runtime)/\(name).json")
        guard FileManager.default.fileExists(atPath: file.path) else { return Setting() }
        let data = try Data(contentsOf: file)
        // A misspelt field would otherwise be ignored.
        let words = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?.keys
        let known = Setting.CodingKeys.allCases.map(\.rawValue)
        #expect(Set(words.map(Array.init) ?? []).subtracting(known) == [], "\(file.path)")
        let setting = try JSONDecoder().decode(Setting.self, from: data)
        let unknown = (setting.limits ?? [:]).keys.filter { Limit(rawValue: $0) == nil }
        #expect(unknown == [], "\(file.path)")
        return setting
    }

    /// Returns its files, the main file under `entry`, in the order of their names.
    func files(entry: String) throws -> [SourceFile] {
        guard source != name else { return try folderFiles() }
        let content = try Data(contentsOf: place)
        let times = try setting().sourceRepeated ?? 1
        let repeated = Data(repeatElement(content, count: times).joined())
        return [SourceFile(path: entry, content: repeated)]
    }

    private func folderFiles() throws -> [SourceFile] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted()
        return try paths.compactMap { path in
            let file = place.appendingPathComponent(path)
            let kind = try FileManager.default.attributesOfItem(atPath: file.path)[.type]
            guard kind as? FileAttributeType == .typeRegular else { return nil }
            return SourceFile(path: path, content: try Data(contentsOf: file))
        }
    }

    func request(on runtime: Runtime, plan: Plan) throws -> ExecutionRequest {
        let setting = try setting()
        let single = Setting.Input(stdin: setting.stdin, arguments: setting.arguments)
        let limits = plan.defaults(for: runtime)
        let compileLimits = plan.compileDefaults(for: runtime)
        return ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: try files(entry: runtime.entry),
            entry: runtime.entry,
            environment: setting.environment ?? [:],
            inputs: try (setting.inputs ?? [single]).map {
                let bytes = try bytes($0.stdin ?? "")
                let times = repeatElement(bytes, count: setting.stdinRepeated ?? 1)
                return RunInput(stdin: Data(times.joined()), arguments: $0.arguments ?? [])
            },
            limits: Limits { setting.limits?[$0.rawValue] ?? Self.patience[$0] ?? limits[$0] },
            compileLimits: Limits { Self.patience[$0] ?? compileLimits[$0] },
            outputs: setting.outputs ?? []
        )
    }

    private func bytes(_ text: String) throws -> Data {
        guard let data = text.data(using: .isoLatin1) else {
            throw Missing(what: "a byte for each character of " + text)
        }
        return data
    }
}
