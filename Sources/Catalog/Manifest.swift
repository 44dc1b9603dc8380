import Domain
import JSON

/// The description of a language in its folder, independent of whether this machine has it.
struct Manifest: Hashable, Sendable {
    /// The name of the file for messages, such as `runtimes/python/runtime.json`.
    let label: String
    let name: String
    let aliases: [String]
    let entry: String
    /// The possible paths of the program, best first; `{tools}` is the project's own folder of
    /// programs.
    let find: [String]
    let version: VersionQuestion
    let compile: CommandTemplate?
    let run: CommandTemplate
    let precompiled: Precompiled?
    /// The words whose presence in a source excludes its program from the cache; `nil` means that
    /// no program is cached.
    let cacheExceptions: [String]?
    let environment: [String: String]
    let mounts: [String]
    let runLimits: [Limit: Int64]
    let compileLimits: [Limit: Int64]
    let install: Install
    let standby: Runtime.Standby?

    /// The headers that are compiled in advance.
    struct Precompiled: Hashable, Sendable {
        /// The compiler's name for the kind of header.
        let kind: String
        /// The names of the headers, as sources include them.
        let headers: [String]
    }

    /// The way to ask a program for its version.
    struct VersionQuestion: Hashable, Sendable {
        let arguments: [String]
        /// A regular expression whose first group is the version.
        let pattern: String
    }

    /// The way to install the program on a machine that lacks it.
    enum Install: Hashable, Sendable {
        case apt([String])
        case pip([String])

        /// Returns the command to run in the checkout.
        func line(runtime: String) -> String {
            switch self {
            case .apt(let packages): "apt-get install " + packages.joined(separator: " ")
            case .pip: "Scripts/install-runtimes " + runtime
            }
        }
    }
}

extension Manifest {
    private static let keys: Set<String> = [
        "name", "aliases", "entry", "sources", "find", "version", "compile", "cache", "run",
        "environment", "mounts", "limits", "install", "standby",
        "precompiled",
    ]

    /// - Throws: ``CatalogError`` for the first problem.
    init(_ file: SettingsFile) throws(CatalogError) {
        let object = try file.root.object(keys: Self.keys)
        label = file.label
        name = try Self.name(object.required("name"))
        aliases = try Self.aliases(object)
        entry = try Self.entry(object.required("entry"))
        find = try Self.find(object.required("find"))
        version = try Self.version(object.required("version"))
        let endings = try object["sources"]?.texts().map(\.text) ?? []
        (compile, run) = try Self.commands(object, endings: endings)
        precompiled = try Self.precompiled(object["precompiled"], for: compile)
        cacheExceptions = try Self.cacheExceptions(object["cache"], of: compile)
        environment = try Self.environment(object)
        mounts = try Self.mounts(object)
        let limits = try object["limits"]?.object(keys: ["run", "compile"])
        runLimits = try Self.limits(limits?["run"])
        compileLimits = try Self.limits(limits?["compile"])
        install = try Self.install(object.required("install"))
        standby = try Self.standby(object["standby"], isCompiled: compile != nil)
    }

    private static func standby(
        _ field: Field?,
        isCompiled: Bool
    ) throws(CatalogError) -> Runtime.Standby? {
        guard let field else { return nil }
        guard !isCompiled else {
            throw field.error(.wrongType(expected: "absent where there is a compile command"))
        }
        let object = try field.object(keys: ["unless"])
        return Runtime.Standby(unless: try object["unless"]?.texts().map(\.text) ?? [])
    }

    /// Reads a name of lower-case letters, digits, `+`, `#`, `.` and `-`; it becomes part of a path
    /// in the jail.
    private static func name(_ field: Field) throws(CatalogError) -> String {
        let name = try field.text()
        let isName = name.utf8.count <= 32 && name.wholeMatch(of: /[a-z0-9][a-z0-9+#.\-]*/) != nil
        guard isName else {
            throw field.error(.wrongType(expected: "lower-case letters, digits and + # . -"))
        }
        return name
    }

    private static func aliases(_ object: ObjectField) throws(CatalogError) -> [String] {
        var aliases: [String] = []
        for field in try object["aliases"]?.elements(max: 16) ?? [] {
            aliases.append(try name(field))
        }
        return aliases
    }

    private static func entry(_ field: Field) throws(CatalogError) -> String {
        let entry = try field.text()
        guard entry.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.]*/) != nil else {
            throw field.error(.wrongType(expected: "a plain file name"))
        }
        return entry
    }

    private static func find(_ field: Field) throws(CatalogError) -> [String] {
        try field.texts(max: 16).map { (path, field) throws(CatalogError) in
            for name in CommandTemplate.names(in: path) where name != "tools" {
                throw field.error(.unknownPlaceholder(name))
            }
            let isUnderTools = path.hasPrefix("{tools}/")
            let plain = isUnderTools ? String(path.dropFirst("{tools}".count)) : path
            guard HostPath.isPlain(plain), !plain.contains("{") else {
                throw field.error(.notAbsolute(path))
            }
            return path
        }
    }

    private static func version(_ field: Field) throws(CatalogError) -> VersionQuestion {
        let object = try field.object(keys: ["arguments", "pattern"])
        let pattern = try object.required("pattern")
        let text = try pattern.text()
        guard VersionPattern.groups(of: text) == 1 else {
            throw pattern.error(.badPattern)
        }
        let arguments = try object.required("arguments").texts().map(\.text)
        return VersionQuestion(arguments: arguments, pattern: text)
    }

    private static func commands(
        _ object: ObjectField,
        endings: [String]
    ) throws(CatalogError) -> (compile: CommandTemplate?, run: CommandTemplate) {
        var compile: CommandTemplate?
        if let field = object["compile"], field.value != .null {
            let placeholders: Set = [
                "program", "output", "entry", "sources", "precompiled",
            ]
            if endings.isEmpty { _ = try object.required("sources") }
            compile = try CommandTemplate(field, endings: endings, placeholders: placeholders)
        }
        let placeholders: Set = ["program", "entry", "arguments"]
        let run = try CommandTemplate(
            object.required("run"),
            endings: [],
            placeholders: compile == nil ? placeholders : placeholders.union(["output"])
        )
        return (compile, run)
    }

    private static func precompiled(
        _ field: Field?,
        for compile: CommandTemplate?
    ) throws(CatalogError) -> Precompiled? {
        guard let field else { return nil }
        guard compile?.names("precompiled") == true else {
            throw field.error(.wrongType(expected: "absent where compile has no {precompiled}"))
        }
        let object = try field.object(keys: ["as", "headers"])
        let headers = try object.required("headers").texts(max: 16)
        for (header, field) in headers where !HostPath.isPlain("/" + header) {
            throw field.error(.wrongType(expected: "a header as a source names it"))
        }
        return Precompiled(kind: try object.required("as").text(), headers: headers.map(\.text))
    }

    /// Reads the cache exceptions.
    ///
    /// Only a program at a known path can be cached, so they need `{output}`.
    private static func cacheExceptions(
        _ field: Field?,
        of compile: CommandTemplate?
    ) throws(CatalogError) -> [String]? {
        guard let field else { return nil }
        guard compile?.names("output") == true else {
            throw field.error(.needsOutput)
        }
        return try field.object(keys: ["unless"])["unless"]?.texts().map(\.text) ?? []
    }

    private static func environment(
        _ object: ObjectField
    ) throws(CatalogError) -> [String: String] {
        var environment = RootTree.environment
        for (name, field) in try object["environment"]?.members() ?? [] {
            guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
                throw field.error(.wrongType(expected: "named by letters, digits and _"))
            }
            environment[name] = try field.text()
        }
        return environment
    }

    private static func mounts(_ object: ObjectField) throws(CatalogError) -> [String] {
        guard let field = object["mounts"] else { return [] }
        return try field.elements(max: 16).map { (field) throws(CatalogError) in
            let path = try field.absolutePath()
            if let folder = RootTree.reservedFolder(coveredBy: path) {
                throw field.error(.reservedPath(folder))
            }
            guard HostPath.exists(path) else { throw field.error(.noSuchFile(path)) }
            return path
        }
    }

    private static func limits(_ field: Field?) throws(CatalogError) -> [Limit: Int64] {
        var limits: [Limit: Int64] = [:]
        for (key, value) in try field?.members() ?? [] {
            guard let limit = Limit(rawValue: key) else { throw value.error(.unknownKey) }
            limits[limit] = try value.positive()
        }
        return limits
    }

    private static func install(_ field: Field) throws(CatalogError) -> Install {
        let object = try field.object(keys: ["apt", "pip"])
        if let pip = object["pip"], object["apt"] == nil {
            return .pip(try pip.texts().map(\.text))
        }
        guard object["pip"] == nil else {
            throw field.error(.wrongType(expected: "apt or pip, not both"))
        }
        return .apt(try object.required("apt").texts().map(\.text))
    }
}
