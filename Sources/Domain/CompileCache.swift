public import Foundation

/// A cache of compiled programs, so that the same sources are not compiled again.
///
/// The cache only saves time. It may drop any entry at any time, and an entry that it cannot write
/// or read counts as absent. No method throws.
public protocol CompileCache: Sendable {
    /// Returns the program of this compilation, or `nil`.
    func program(of compilation: Compilation) async -> CompiledProgram?

    /// Stores the program of a compilation, without waiting for the disk.
    func keep(_ program: CompiledProgram, of compilation: Compilation)

    /// Deletes the programs of a project; returns when none is left, on disk either.
    func forget(project: String) async
}

/// All inputs of a compile stage, and its owner.
///
/// Two compilations that differ in any of these inputs share nothing.
public struct Compilation: Sendable, Hashable {
    /// The callers that may get the program again.
    ///
    /// A program never passes from one scope to another.
    public enum Scope: Sendable, Hashable {
        case owner(Owner)
        /// A project's own scope, so that its programs are deleted with it.
        case project(String)
    }

    public var scope: Scope
    /// The runtime's name and version.
    public var language: String
    public var version: String
    /// The same bytes as ``CompileProduct/compiler``.
    public var compiler: [UInt8]
    public var profile: SystemCallProfile
    public var files: [SourceFile]
    public var arguments: [String]
    public var environment: [String: String]
    /// The limits of the compile stage; with lower ones it might have failed.
    public var limits: Limits
    /// The size of the jail's work folder, which the compiler shares with the runs.
    public var workspaceBytes: Int64
    public var workspaceFiles: Int64

    public init(
        scope: Scope,
        language: String,
        version: String,
        compiler: [UInt8],
        profile: SystemCallProfile,
        files: [SourceFile],
        arguments: [String],
        environment: [String: String],
        limits: Limits,
        workspaceBytes: Int64,
        workspaceFiles: Int64
    ) {
        self.scope = scope
        self.language = language
        self.version = version
        self.compiler = compiler
        self.profile = profile
        self.files = files
        self.arguments = arguments
        self.environment = environment
        self.limits = limits
        self.workspaceBytes = workspaceBytes
        self.workspaceFiles = workspaceFiles
    }
}

/// The files and output of a compile stage that succeeded.
public struct CompiledProgram: Sendable, Hashable {
    /// The result of the original stage: its warnings and its usage.
    public var result: StageResult
    /// The bytes of the program.
    public var content: Data

    public init(result: StageResult, content: Data) {
        self.result = result
        self.content = content
    }

    /// The most bytes of one program with its compiler's output, as for a stage's output files.
    public static let bytesMax = Int(OutputFile.totalBytesMax)
}
