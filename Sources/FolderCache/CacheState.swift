import Domain

/// Counters and sizes of the compile cache.
public struct CompileCacheFigures: Sendable, Hashable {
    public var hits = 0
    public var misses = 0
    /// The programs that were evicted for others.
    public var evictions = 0
    /// The programs that could not be written.
    public var failures = 0
    /// The programs in the folder; their bytes are counted in blocks of 4 KiB.
    public var programs = 0
    public var bytes = 0
}

/// The contents of a ``FolderCache``, and the choice of what is evicted.
///
/// It decides without side effects: its owner removes the programs that it names.
struct CacheState: Sendable {
    let bytesMax: Int
    private let heldBytesMax: Int
    /// The programs in the folder.
    var index = RecencyList<ProgramKey>()
    /// The programs in memory.
    private(set) var held = RecencyList<ProgramKey>()
    private var programs: [ProgramKey: CompiledProgram] = [:]
    private var counted = CompileCacheFigures()
    private var writingBytes = 0

    /// The most bytes that wait for a write; the cache does not wait for a slow disk.
    private static let writingBytesMax = 64 << 20

    init(bytesMax: Int, heldBytesMax: Int) {
        self.bytesMax = bytesMax
        self.heldBytesMax = heldBytesMax
    }

    enum Found: Sendable {
        case held(CompiledProgram)
        /// The program must be read, and may still turn out to be a miss.
        case onDisk
        case unknown
    }

    mutating func lookUp(_ key: ProgramKey) -> Found {
        index.use(key)
        if let program = programs[key] {
            held.use(key)
            figures.hits += 1
            return .held(program)
        }
        if index.contains(key) { return .onDisk }
        figures.misses += 1
        return .unknown
    }

    /// Puts a program into memory, unless it would fill more than a quarter of the memory.
    /// - Returns: the programs that were dropped from memory.
    mutating func hold(_ program: CompiledProgram, for key: ProgramKey) -> [ProgramKey] {
        guard program.bytes <= heldBytesMax / 4 else { return [] }
        programs[key] = program
        held.insert(key, weight: program.bytes + Self.entryBytes)
        let letGo = held.shrink(to: heldBytesMax)
        for key in letGo { programs[key] = nil }
        return letGo
    }

    /// The approximate size of an entry without its program, so that many small ones are bounded
    /// too.
    private static let entryBytes = 1 << 10

    /// - Returns: whether the program may wait for a write.
    mutating func beginWriting(_ bytes: Int) -> Bool {
        guard writingBytes + bytes <= Self.writingBytesMax else { return false }
        writingBytes += bytes
        return true
    }

    mutating func endWriting(_ bytes: Int) { writingBytes -= bytes }

    /// - Returns: the programs to remove from the folder so that `bytes` more fit; none if they
    ///   never could.
    mutating func makeRoom(for bytes: Int) -> [ProgramKey] {
        guard bytes <= bytesMax else { return [] }
        let evicted = index.shrink(to: bytesMax - bytes)
        figures.evictions += evicted.count
        return evicted
    }

    /// Removes a program that is missing in the folder.
    mutating func lose(_ key: ProgramKey) {
        index.remove(key)
        figures.misses += 1
    }

    /// - Returns: the programs to remove from the folder.
    mutating func forget(scope: String) -> [ProgramKey] {
        for key in held.keys where key.scope == scope {
            held.remove(key)
            programs[key] = nil
        }
        let keys = index.keys.filter { $0.scope == scope }
        for key in keys { index.remove(key) }
        return keys
    }

    var figures: CompileCacheFigures {
        get {
            var figures = counted
            figures.programs = index.count
            figures.bytes = index.weight
            return figures
        }
        set { counted = newValue }
    }
}
