import Foundation

/// A language at a version that this machine can run.
///
/// Made by Catalog from a folder of `runtimes/`.
public struct Runtime: Sendable, Hashable {
    /// Its place in the sealed catalog; all that the warden knows it by.
    public let number: UInt16
    public let name: String
    public let version: String
    public let aliases: [String]
    /// The default name of the main source file, such as `main.py`.
    public let entry: String
    /// How a source becomes a program; `nil` for an interpreted language.
    public let compile: Command?
    public let run: Command
    /// Environment of every stage, before the request's own.
    public let environment: [String: String]
    /// Defaults of this runtime that differ from the plan's, such as a larger memory for a virtual
    /// machine.
    public let defaults: [Limit: Int64]
    /// Likewise for the compile stage.
    public let compileDefaults: [Limit: Int64]
    /// Whether its interpreter can be started before the script is there, and when not.
    public let standby: Standby?
    /// The file that the compile stage makes, where it may be cached; `nil` compiles each time.
    public let product: CompileProduct?

    public init(
        number: UInt16,
        name: String,
        version: String,
        aliases: [String],
        entry: String,
        compile: Command?,
        run: Command,
        environment: [String: String],
        defaults: [Limit: Int64],
        compileDefaults: [Limit: Int64],
        standby: Standby? = nil,
        product: CompileProduct? = nil
    ) {
        self.number = number
        self.name = name
        self.version = version
        self.aliases = aliases
        self.entry = entry
        self.compile = compile
        self.run = run
        self.environment = environment
        self.defaults = defaults
        self.compileDefaults = compileDefaults
        self.standby = standby
        self.product = product
    }

    /// An interpreter that boots before it opens its script, and of the request's files looks at no
    /// other until then.
    public struct Standby: Sendable, Hashable {
        /// But for these: a file, or a folder with everything below it (`.local/`).
        public let unless: [String]

        public init(unless: [String]) { self.unless = unless }

        /// Whether the interpreter would look for one of the files too early.
        public func precludes(_ files: some Sequence<String>) -> Bool {
            files.contains { file in
                unless.contains { $0.hasSuffix("/") ? file.hasPrefix($0) : file == $0 }
            }
        }
    }
}

/// The one file that a compile stage makes, as a function of the request's files.
public struct CompileProduct: Sendable, Hashable {
    /// Where it is, below the work folder.
    public let path: String
    /// Stands for the compiler and all else of this machine that decides what it makes of a source.
    public let compiler: [UInt8]
    /// Words that make a source more than its bytes, such as one for the time of day.
    public let exceptions: [String]

    public init(path: String, compiler: [UInt8], exceptions: [String]) {
        self.path = path
        self.compiler = compiler
        self.exceptions = exceptions
    }

    /// Whether compiling these files again makes the same.
    public func isRepeatable(_ files: [SourceFile]) -> Bool {
        exceptions.allSatisfy { word in
            let word = Data(word.utf8)
            return files.allSatisfy { $0.content.range(of: word) == nil }
        }
    }
}

/// An argument vector with holes; never a shell string.
public struct Command: Sendable, Hashable {
    public enum Word: Sendable, Hashable {
        case literal(String)
        /// The entry's path in the work folder.
        case entry
        /// Every source file of the request that has one of these endings, entry first.
        case sources(endings: [String])
        /// The caller's own arguments.
        case arguments
    }

    /// The first is the program's absolute path inside the jail.
    public let words: [Word]

    public init(words: [Word]) { self.words = words }

    /// The argument vector for one stage.
    public func filled(entry: String, files: [String], arguments: [String]) -> [String] {
        words.flatMap { word -> [String] in
            switch word {
            case .literal(let text): [text]
            case .entry: [Self.asOperand(entry)]
            case .sources(let endings): Self.sources(entry, files, endings).map(Self.asOperand)
            case .arguments: arguments
            }
        }
    }

    private static func sources(_ entry: String, _ files: [String], _ endings: [String]) -> [String]
    {
        [entry]
            + files.filter { file in
                file != entry && endings.contains { file.hasSuffix($0) }
            }
    }

    /// A file named `-o/etc/x` must stay a file: a leading `./` keeps it from reading as an option.
    private static func asOperand(_ path: String) -> String {
        // By bytes: to Swift, a dash with a combining accent after it is another character.
        [UInt8(ascii: "-"), UInt8(ascii: "@")].contains(path.utf8.first) ? "./" + path : path
    }
}

/// The runtimes of `runtimes/`, installed or missing.
public struct Runtimes: Sendable {
    public let installed: [Runtime]
    /// Described, but with no program on this machine.
    public let missing: [MissingRuntime]

    public init(installed: [Runtime], missing: [MissingRuntime]) {
        self.installed = installed
        self.missing = missing
    }

    /// The newest runtime whose name or alias is `language` and whose version is `version` or
    /// starts with it at a dot.
    public func find(language: String, version: String?) -> Lookup {
        let named = installed.filter { $0.name == language || $0.aliases.contains(language) }
        if named.isEmpty {
            let missing = missing.first { $0.name == language || $0.aliases.contains(language) }
            return missing.map(Lookup.missing) ?? .unknown
        }
        let matching = named.filter { runtime in
            version.map { runtime.version == $0 || runtime.version.hasPrefix($0 + ".") } ?? true
        }
        let newest = matching.max { VersionOrder.isOlder($0.version, $1.version) }
        return newest.map(Lookup.found) ?? .noSuchVersion(named.map(\.version))
    }

    /// The name of the runtime whose name or alias this is, or the word itself.
    public func canonicalName(_ language: String) -> String {
        guard case .found(let runtime) = find(language: language, version: nil) else {
            return language
        }
        return runtime.name
    }

    public enum Lookup: Sendable {
        case found(Runtime)
        case missing(MissingRuntime)
        case noSuchVersion([String])
        case unknown
    }
}

/// A described runtime that this machine lacks, and the command that would install it.
public struct MissingRuntime: Sendable, Hashable {
    public let name: String
    public let aliases: [String]
    /// Such as `apt-get install gcc`.
    public let installLine: String

    public init(name: String, aliases: [String], installLine: String) {
        self.name = name
        self.aliases = aliases
        self.installLine = installLine
    }
}

/// Orders dotted versions by their numbers: 3.9 before 3.11.
public enum VersionOrder {
    public static func isOlder(_ left: String, _ right: String) -> Bool {
        numbers(left).lexicographicallyPrecedes(numbers(right))
    }

    private static func numbers(_ version: String) -> [Int] {
        version.split { !$0.isNumber }.map { Int($0) ?? 0 }
    }
}
