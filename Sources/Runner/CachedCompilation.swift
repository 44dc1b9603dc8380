public import Domain
import Foundation

/// A cache of compiled programs, as the executions of one owner see it.
public struct OwnPrograms: Sendable {
    let cache: any CompileCache
    let owner: Owner

    public init(in cache: any CompileCache, of owner: Owner) {
        self.cache = cache
        self.owner = owner
    }
}

/// A compile stage whose program may be had from a cache, or go into it.
///
/// What a program finds in its jail is the same either way: the request's files and the program,
/// each with its bytes, its place and its mode. So a program is kept only where the stage is seen
/// to have left that and nothing else.
struct CachedCompilation: Sendable {
    let product: CompileProduct
    private let compilation: Compilation
    private let cache: any CompileCache

    /// - Returns: `nil` where the stage has to be run in any case.
    init?(
        of request: ExecutionRequest,
        on runtime: Runtime,
        as spec: StageSpec,
        in jail: JailSpec,
        from programs: OwnPrograms?
    ) {
        guard let programs, let product = runtime.product,
            product.isRepeatable(request.files),
            // The compiler would find something in its place.
            !request.files.contains(where: { $0.path.isBelow(product.path) })
        else { return nil }
        self.product = product
        cache = programs.cache
        compilation = Compilation(
            scope: request.project.map(Compilation.Scope.project) ?? .owner(programs.owner),
            language: runtime.name,
            version: runtime.version,
            compiler: product.compiler,
            profile: jail.profile,
            files: request.files,
            arguments: spec.arguments,
            environment: spec.environment,
            limits: spec.limits,
            workspaceBytes: jail.limits[.workspaceBytes],
            workspaceFiles: jail.limits[.workspaceFiles]
        )
    }

    /// What an earlier stage made, as the stage's result and a file for the jail.
    func program() async -> (result: StageResult, file: SourceFile)? {
        guard let program = await cache.program(of: compilation) else { return nil }
        var result = program.result
        result.isCached = true
        let file = SourceFile(path: product.path, content: program.content, isExecutable: true)
        return (result, file)
    }

    /// The spec for a stage that is to be kept: its program is brought out, and everything else
    /// that it leaves is told of.
    func watched(_ spec: StageSpec) -> StageSpec {
        var spec = spec
        spec.outputs = [product.path]
        spec.digestsOthers = true
        // Room for the program, and for one more file to be noticed.
        spec.limits[.files] = max(spec.limits[.files], Int64(compilation.files.count) + 2)
        return spec
    }

    /// Keeps what the stage made, if it succeeded and left nothing else.
    func keep(_ report: StageReport) {
        guard report.result.verdict == .exited(code: 0), let content = program(in: report) else {
            return
        }
        cache.keep(CompiledProgram(result: report.result, content: content), of: compilation)
    }

    private func program(in report: StageReport) -> Data? {
        guard report.files.count == 1, let program = report.files.first,
            program.path == product.path, report.executables.contains(product.path),
            case .bytes(let content) = program.content,
            report.others.count == compilation.files.count
        else { return nil }
        // By bytes: two paths may be the same text to Swift, and two files.
        let left = Dictionary(
            report.others.map { (Data($0.path.utf8), $0.digest) },
            uniquingKeysWith: { first, _ in first }
        )
        let isUnchanged = compilation.files.allSatisfy { file in
            left[Data(file.path.utf8)] == ContentDigest(of: file.content)
        }
        return isUnchanged ? content : nil
    }
}

extension String {
    /// Whether it is this path, or one in the folder of this name.
    fileprivate func isBelow(_ path: String) -> Bool {
        utf8.elementsEqual(path.utf8) || utf8.starts(with: (path + "/").utf8)
    }
}
