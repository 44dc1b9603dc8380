import Foundation

/// A language at a version that this machine can run.
///
/// Catalog makes runtimes from the folders of `runtimes/`.
public struct Runtime: Sendable, Hashable {
    /// The index in the sealed catalog, by which the warden knows the runtime.
    public let number: UInt16
    public let name: String
    public let version: String
    public let aliases: [String]
    /// The default name of the main source file, such as `main.py`.
    public let entry: String
    /// The command that compiles a source; `nil` for an interpreted language.
    public let compile: Command?
    public let run: Command
    /// The environment of every stage; the request's environment is applied after it.
    public let environment: [String: String]
    /// The runtime's own defaults, such as more memory for a virtual machine, where they differ
    /// from the plan's.
    public let defaults: [Limit: Int64]
    /// The same for the compile stage.
    public let compileDefaults: [Limit: Int64]
    /// The conditions for starting the interpreter before the script is known; `nil` if it never
    /// can.
    public let standby: Standby?
    /// The file that the compile stage makes, if it may be cached; `nil` compiles each time.
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

    /// An interpreter that boots before it opens its script.
    ///
    /// Until then it reads none of the request's files, except those in `unless`.
    public struct Standby: Sendable, Hashable {
        /// The files that the interpreter reads early; `.local/` is a folder with everything below
        /// it.
        public let unless: [String]

        public init(unless: [String]) { self.unless = unless }

        /// Returns whether the interpreter would read one of the files too early.
        public func precludes(_ files: some Sequence<String>) -> Bool {
            files.contains { file in
                unless.contains { $0.hasSuffix("/") ? file.hasPrefix($0) : file == $0 }
            }
        }
    }
}

/// The one file that a compile stage makes, as a function of the request's files.
public struct CompileProduct: Sendable, Hashable {
    /// The path below the work folder.
    public let path: String
    /// Identifies the compiler and everything else on this machine that affects its output.
    public let compiler: [UInt8]
    /// Words in a source that make the output vary, such as a macro for the time of day.
    public let exceptions: [String]

    public init(path: String, compiler: [UInt8], exceptions: [String]) {
        self.path = path
        self.compiler = compiler
        self.exceptions = exceptions
    }

    /// Returns whether compiling these files again gives the same output.
    public func isRepeatable(_ files: [SourceFile]) -> Bool {
        exceptions.allSatisfy { word in
            let word = Data(word.utf8)
            return files.allSatisfy { $0.content.range(of: word) == nil }
        }
    }
}

/// An argument vector with placeholders, never a shell string.
public struct Command: Sendable, Hashable {
    public enum Word: Sendable, Hashable {
        case literal(String)
        /// The path of the entry file in the work folder.
        case entry
        /// Every source file of the request with one of these endings, the entry file first.
        case sources(endings: [String])
        /// The caller's arguments.
        case arguments
    }

    /// The words; the first is the program's absolute path inside the jail.
    public let words: [Word]

    public init(words: [Word]) { self.words = words }

    /// Returns the argument vector for one stage.
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

    /// Adds a leading `./`, so that a file named `-o/etc/x` is not read as an option.
    private static func asOperand(_ path: String) -> String {
        // Compares bytes: for Swift, a dash with a combining accent is another character.
        [UInt8(ascii: "-"), UInt8(ascii: "@")].contains(path.utf8.first) ? "./" + path : path
    }
}

/// The installed and the missing runtimes of `runtimes/`.
public struct Runtimes: Sendable {
    public let installed: [Runtime]
    /// The described runtimes whose program is not on this machine.
    public let missing: [MissingRuntime]

    public init(installed: [Runtime], missing: [MissingRuntime]) {
        self.installed = installed
        self.missing = missing
    }

    /// Finds the newest runtime of this name or alias with a matching version.
    ///
    /// A version matches if it is `version`, or starts with it at a dot.
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

    /// Returns the name of the runtime with this name or alias, or `language` itself.
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

/// A described runtime that this machine lacks, and the command that installs it.
public struct MissingRuntime: Sendable, Hashable {
    public let name: String
    public let aliases: [String]
    /// The install command, such as `apt-get install gcc`.
    public let installLine: String

    public init(name: String, aliases: [String], installLine: String) {
        self.name = name
        self.aliases = aliases
        self.installLine = installLine
    }
}

/// The order of dotted versions by their numbers: 3.9 before 3.11.
public enum VersionOrder {
    public static func isOlder(_ left: String, _ right: String) -> Bool {
        numbers(left).lexicographicallyPrecedes(numbers(right))
    }

    private static func numbers(_ version: String) -> [Int] {
        version.split { !$0.isNumber }.map { Int($0) ?? 0 }
    }
}
