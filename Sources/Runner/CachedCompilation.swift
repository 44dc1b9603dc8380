public import Domain
import Foundation

/// The cache of compiled programs, limited to the executions of one owner.
public struct OwnPrograms: Sendable {
    let cache: any CompileCache
    let owner: Owner

    public init(in cache: any CompileCache, of owner: Owner) {
        self.cache = cache
        self.owner = owner
    }
}

/// A compile stage whose program may come from the cache, or go into it.
///
/// With or without the cache, a program finds the same jail: the request's files and the program,
/// each with its bytes, its path and its mode. A program is therefore kept only if the stage left
/// exactly these files.
struct CachedCompilation: Sendable {
    let product: CompileProduct
    private let compilation: Compilation
    private let cache: any CompileCache

    /// - Returns: `nil` where the stage must always run.
    init?(
        of request: ExecutionRequest,
        on runtime: Runtime,
        as spec: StageSpec,
        in jail: JailSpec,
        from programs: OwnPrograms?
    ) {
        guard let programs, let product = runtime.product,
            product.isRepeatable(request.files),
            // Otherwise the compiler would find a file of the request in the product's place.
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

    /// Returns the program of an earlier stage: the stage's result and a file for the jail.
    func program() async -> (result: StageResult, file: SourceFile)? {
        guard let program = await cache.program(of: compilation) else { return nil }
        var result = program.result
        result.isCached = true
        let file = SourceFile(path: product.path, content: program.content, isExecutable: true)
        return (result, file)
    }

    /// Returns the spec of a stage to be cached, which returns the program and reports all other
    /// files.
    func watched(_ spec: StageSpec) -> StageSpec {
        var spec = spec
        spec.outputs = [product.path]
        spec.digestsOthers = true
        // The limit has room for the program and for one unexpected file.
        spec.limits[.files] = max(spec.limits[.files], Int64(compilation.files.count) + 2)
        return spec
    }

    /// Stores the stage's program, if the stage succeeded and left nothing else.
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
        // Compares bytes: Swift may treat two different paths as equal text.
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
    /// Returns whether this is the path, or a path in the folder of this name.
    fileprivate func isBelow(_ path: String) -> Bool {
        utf8.elementsEqual(path.utf8) || utf8.starts(with: (path + "/").utf8)
    }
}
