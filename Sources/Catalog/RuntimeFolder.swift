import Domain
import Foundation
import WardenProtocol

/// Reads `runtimes/`, with one folder for each language, and finds the languages that this machine
/// has.
struct RuntimeFolder {
    let path: String
    let toolsFolder: String
    /// The digest of the jail, as far as a compiler's output depends on it.
    let jail: JailDigest

    /// A runtime of this machine, with the image for its jails and its test program.
    struct Installed {
        let runtime: Runtime
        let image: RuntimeImage
        let hello: HelloProgram
    }

    struct Contents {
        var installed: [Installed] = []
        var missing: [MissingRuntime] = []
        var slower: [SlowerRuntime] = []
    }

    private static let runtimesMax = 256

    func contents() throws(CatalogError) -> Contents {
        var contents = Contents()
        var found: [(described: Described, location: ProgramLocation)] = []
        let described = try describedRuntimes()
        try refuseSharedNames(described.map(\.manifest))
        for runtime in described {
            let finder = ProgramFinder(toolsFolder: toolsFolder)
            if let location = try finder.locate(runtime.manifest) {
                found.append((runtime, location))
            } else {
                contents.missing.append(runtime.missing)
            }
        }
        let versions = VersionQuery.answers(
            to: found.map { described, location in
                let version = described.manifest.version
                return .init(
                    program: location.host,
                    arguments: version.arguments,
                    pattern: version.pattern
                )
            }
        )
        for ((described, location), answer) in zip(found, versions) {
            let version = try Self.version(answer, described.manifest, location)
            let headers = headers(of: described, at: location, noting: &contents.slower)
            let manifest = described.manifest
            contents.installed.append(
                Installed(
                    runtime: manifest.runtime(
                        number: UInt16(contents.installed.count),
                        version: version,
                        location: location,
                        headers: headers,
                        jail: jail
                    ),
                    image: manifest.image(at: location, headers),
                    hello: described.hello
                )
            )
        }
        return contents
    }

    /// The content of a folder.
    private struct Described {
        let folder: String
        let manifest: Manifest
        let hello: HelloProgram

        var missing: MissingRuntime {
            MissingRuntime(
                name: manifest.name,
                aliases: manifest.aliases,
                installLine: manifest.install.line(runtime: folder)
            )
        }
    }

    private func headers(
        of described: Described,
        at location: ProgramLocation,
        noting slower: inout [SlowerRuntime]
    ) -> PrecompiledHeaders? {
        let manifest = described.manifest
        guard let wanted = manifest.precompiled, let compile = manifest.compile else { return nil }
        let finding = PrecompiledHeaders.find(
            "\(toolsFolder)/\(described.folder)-headers",
            for: manifest.name,
            wanted.headers,
            command: [location.host] + compile.flags + ["-x", wanted.kind]
        )
        switch finding {
        case .ready(let headers): return headers
        case .absent(let why):
            let line = "precompiled headers \(why); Scripts/install-runtimes \(described.folder)"
            slower.append(SlowerRuntime(name: manifest.name, reason: line))
            return nil
        }
    }

    /// Reads all folders in the order of their names, so that a runtime's number does not depend on
    /// the file system.
    private func describedRuntimes() throws(CatalogError) -> [Described] {
        let label = HostPath.name(path)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw CatalogError(file: label, problem: .unreadable)
        }
        let folders = names.filter { !$0.hasPrefix(".") && isFolder(path + "/" + $0) }.sorted()
        guard !folders.isEmpty else { throw CatalogError(file: label, problem: .empty) }
        guard folders.count <= Self.runtimesMax else {
            throw CatalogError(file: label, problem: .tooMany(max: Self.runtimesMax))
        }
        return try folders.map { (folder) throws(CatalogError) in
            let place = "\(path)/\(folder)/"
            let name = "\(label)/\(folder)/"
            let manifest = try Manifest(
                SettingsFile(path: place + "runtime.json", label: name + "runtime.json")
            )
            let ending = manifest.entry.split(separator: ".").dropFirst().last.map { "." + $0 }
            let hello = "hello" + (ending ?? "")
            let source = try SettingsFile.bytes(path: place + hello, label: name + hello)
            let expected = try SettingsFile.bytes(
                path: place + "hello.expected",
                label: name + "hello.expected"
            )
            return Described(
                folder: folder,
                manifest: manifest,
                hello: HelloProgram(
                    source: SourceFile(path: manifest.entry, content: Data(source)),
                    expectedOutput: Data(expected)
                )
            )
        }
    }

    /// Throws if two languages share a name or alias.
    ///
    /// Several folders may describe versions of one language.
    private func refuseSharedNames(_ manifests: [Manifest]) throws(CatalogError) {
        var owners: [String: Manifest] = [:]
        for manifest in manifests {
            for (field, word) in [("name", manifest.name)]
                + manifest.aliases.map({ ("aliases", $0) })
            {
                if let owner = owners[word], owner.name != manifest.name || owner == manifest {
                    throw CatalogError(
                        file: manifest.label,
                        field: field,
                        problem: .taken(by: owner.label)
                    )
                }
                owners[word] = owners[word] ?? manifest
            }
        }
    }

    private static func version(
        _ answer: Result<String, VersionQuery.Failure>,
        _ manifest: Manifest,
        _ location: ProgramLocation
    ) throws(CatalogError) -> String {
        switch answer {
        case .success(let version): return version
        case .failure(let failure):
            throw CatalogError(
                file: manifest.label,
                field: "version",
                problem: .unanswered(program: location.host, reason: failure.reason)
            )
        }
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}

extension Manifest {
    fileprivate func runtime(
        number: UInt16,
        version: String,
        location: ProgramLocation,
        headers: PrecompiledHeaders?,
        jail: JailDigest
    ) -> Runtime {
        Runtime(
            number: number,
            name: name,
            version: version,
            aliases: aliases,
            entry: entry,
            compile: compile?.command(program: location.jail, precompiled: headers?.word),
            run: run.command(program: location.jail),
            environment: environment,
            defaults: runLimits,
            compileDefaults: compileLimits,
            standby: standby,
            product: cacheExceptions.map { exceptions in
                CompileProduct(
                    path: CommandTemplate.outputBelow,
                    compiler: jail.compiler(
                        at: location,
                        image(at: location, headers),
                        beside: headers.map { [$0.record] } ?? []
                    ),
                    exceptions: exceptions
                )
            }
        )
    }

    fileprivate func image(
        at location: ProgramLocation,
        _ headers: PrecompiledHeaders?
    ) -> RuntimeImage {
        let own = mounts.map { MountImage(source: $0, target: $0) }
        return RuntimeImage(
            name: name,
            mounts: own + [location.package].compactMap(\.self),
            optionalMounts: [headers?.mount].compactMap(\.self)
        )
    }
}
