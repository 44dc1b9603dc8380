public import Domain
import Foundation
import Synchronization

/// Programs in a dictionary, and what they were looked for by.
public final class MemoryCache: CompileCache {
    private let programs = Mutex<[Compilation: CompiledProgram]>([:])
    private let asked = Mutex<[Compilation]>([])
    private let forgotten = Mutex<[String]>([])

    public init() {}

    public var compilations: [Compilation] { asked.withLock(\.self) }
    public var kept: [CompiledProgram] { programs.withLock { Array($0.values) } }
    public var projects: [String] { forgotten.withLock(\.self) }

    public func program(of compilation: Compilation) async -> CompiledProgram? {
        asked.withLock { $0.append(compilation) }
        return programs.withLock { $0[compilation] }
    }

    public func keep(_ program: CompiledProgram, of compilation: Compilation) {
        programs.withLock { $0[compilation] = program }
    }

    public func forget(project: String) async {
        forgotten.withLock { $0.append(project) }
    }
}
