// Target `FolderCache`: the compile cache, a folder of compiled programs that are found by a digest
// and verified by a checksum.
// Border: it implements `CompileCache` of `Domain` and knows nothing of compilers. The command line
// imports it.

public import Domain
import Foundation
import Synchronization

/// A cache of compiled programs in a folder, with the most recently used ones in memory too.
///
/// An index in memory, read from the folder at the start, answers a miss without the disk. One
/// serial queue does all disk work, so a request waits for the disk only to read its own program. A
/// failed write becomes a miss later.
///
/// Folder and memory are bounded in bytes and evict the least recently used program. The files'
/// modification times keep this order across restarts: they are set when a program is read, when it
/// leaves the memory, and in ``settle()``.
public final class FolderCache: CompileCache {
    private let folder: ProgramFolder
    private let queue = DispatchQueue(label: "quicksand.compile-cache")
    private let salt: [UInt8]
    private let state: Mutex<CacheState>

    /// Creates a cache with the programs that are in the folder.
    ///
    /// - Parameters:
    ///   - path: the folder, which this process must own; it is created if it is missing.
    ///   - bytesMax: the bound on all files together, each counted in blocks of 4 KiB.
    ///   - heldBytesMax: the bound on the programs in memory.
    /// - Throws: `POSIXError`, or an error of Foundation for an unreadable folder.
    public init(path: String, bytesMax: Int, heldBytesMax: Int = 32 << 20) throws {
        folder = try ProgramFolder(path: path)
        var random = SystemRandomNumberGenerator()
        salt = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        var state = CacheState(bytesMax: bytesMax, heldBytesMax: heldBytesMax)
        for file in try folder.contents() { state.index.insert(file.key, weight: file.bytes) }
        for key in state.makeRoom(for: 0) { folder.remove(key) }
        self.state = Mutex(state)
    }

    public var figures: CompileCacheFigures { state.withLock(\.figures) }

    public func program(of compilation: Compilation) async -> CompiledProgram? {
        let key = ProgramKey(compilation, salt: salt)
        switch state.withLock({ $0.lookUp(key) }) {
        case .held(let program): return program
        case .onDisk: return await onDisk { self.read(key) }
        case .unknown: return nil
        }
    }

    public func keep(_ program: CompiledProgram, of compilation: Compilation) {
        guard program.bytes <= CompiledProgram.bytesMax else { return }
        let key = ProgramKey(compilation, salt: salt)
        let (isToBeWritten, letGo) = state.withLock { state in
            (state.beginWriting(program.bytes), state.hold(program, for: key))
        }
        noteUse(of: letGo)
        guard isToBeWritten else { return }
        queue.async {
            self.write(program, for: key)
            self.state.withLock { $0.endWriting(program.bytes) }
        }
    }

    public func forget(project: String) async {
        let scope = ProgramKey.scope(.project(project), salt: salt)
        // The queue does this after the earlier writes, so that their files exist by then.
        await onDisk {
            for key in self.state.withLock({ $0.forget(scope: scope) }) { self.folder.remove(key) }
        }
    }

    /// Returns when the disk has all programs stored so far, and the order of their last use.
    public func settle() async {
        await onDisk {
            for key in self.state.withLock(\.held.keys) { self.folder.use(key) }
        }
    }

    private func onDisk<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}

// MARK: - Work on the disk queue

extension FolderCache {
    private func read(_ key: ProgramKey) -> CompiledProgram? {
        guard let file = folder.read(key, bytesMax: ProgramFile.bytesMax),
            let program = ProgramFile.decode(file, for: key)
        else {
            folder.remove(key)
            state.withLock { $0.lose(key) }
            return nil
        }
        let letGo = state.withLock { state in
            state.figures.hits += 1
            return state.hold(program, for: key)
        }
        noteUse(of: letGo)
        return program
    }

    private func write(_ program: CompiledProgram, for key: ProgramKey) {
        guard !state.withLock({ $0.index.contains(key) }) else { return }
        do {
            let file = try ProgramFile.encode(program, for: key)
            let weight = ProgramFolder.weight(file.count)
            let evicted = state.withLock { $0.makeRoom(for: weight) }
            for key in evicted { folder.remove(key) }
            guard weight <= state.withLock(\.bytesMax) else { return }
            try folder.write(file, for: key)
            state.withLock { $0.index.insert(key, weight: weight) }
        } catch {
            state.withLock { $0.figures.failures += 1 }
        }
    }

    /// Sets the time of last use for programs that have left the memory.
    private func noteUse(of keys: [ProgramKey]) {
        guard !keys.isEmpty else { return }
        queue.async {
            for key in keys { self.folder.use(key) }
        }
    }
}

extension CompiledProgram {
    /// The size of the program and its compiler's output.
    var bytes: Int { content.count + result.stdout.bytes.count + result.stderr.bytes.count }
}
