internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// The collection of the output files that the caller named.
///
/// Init collects them, with the program's rights, after the end of the program's last process:
/// nothing changes meanwhile. The program still chose the names and the files, so init follows no
/// link, reads only regular files, never blocks, and bounds depth, number, size and comparisons.
enum Collecting {
    private static let depthMax = 32
    private static let visitedMax = 20_000
    private static let pieceBytes = 64 << 10

    static func collect(_ program: Program, into pipe: Int32, beneath: Bool) {
        JailIdentity.asProgram { sendAll(program, to: pipe, beneath: beneath) }
    }

    private static func sendAll(_ program: Program, to pipe: Int32, beneath: Bool) {
        guard let box = try? Descriptor.open(Init.workFolder, flags: OpenFlags.folder) else {
            return
        }
        var walk = Walk(wanted: Wanted(program), most: Int(program.outputFilesMax))
        walk.visit(box.number, prefix: "", depth: 0)
        var sending = Sending(
            box: box.number,
            pipe: pipe,
            beneath: beneath,
            bytesLeft: Int64(clamping: program.outputBytesMax)
        )
        for (path, isNamed) in walk.found.sorted(by: { $0.path < $1.path }) {
            // A closed reader ends the collection; there is nobody to report it to.
            guard (try? sending.send(path, asDigest: !isNamed)) != nil else { return }
        }
    }

    /// The patterns and bounds of the request.
    private struct Wanted {
        private let paths: Set<String>
        private let patterns: [Glob]
        private var comparisonsLeft = Glob.comparisonsMax
        /// Whether every other file is reported, by its digest.
        let others: Bool

        init(_ program: Program) {
            paths = Set(program.outputs)
            patterns = program.outputs.map(Glob.init)
            others = program.digestsOthers
        }

        /// Returns whether the request has the path itself, rather than a pattern for it.
        func hasPath(_ path: String) -> Bool { paths.contains(path) }

        /// Returns whether the request wants the file's bytes.
        mutating func names(_ path: String) -> Bool {
            hasPath(path)
                || patterns.contains { $0.matches(path, comparisonsLeft: &comparisonsLeft) }
        }

        /// Whether nothing more can be matched.
        var isExhausted: Bool { comparisonsLeft < 0 }
    }

    /// The output of files from the work folder.
    private struct Sending {
        let box: Int32
        let pipe: Int32
        let beneath: Bool
        var bytesLeft: Int64

        mutating func send(_ path: String, asDigest: Bool) throws(KernelError) {
            let file: Descriptor
            do throws(KernelError) {
                let flags = OpenFlags.readOnly | OpenFlags.nonblocking
                file =
                    beneath
                    ? try Descriptor.openWithin(box, path, flags: flags | OpenFlags.noFollow)
                    : try Descriptor.open(path, in: box, flags: flags)
            } catch {
                return try refuse(
                    path,
                    error.errno == Errno.tooManyLinks ? .notARegularFile : .unreadable
                )
            }
            let (kind, size) = Files.kind(of: file.number)
            guard kind == .regular else { return try refuse(path, .notARegularFile) }
            guard size <= bytesLeft else { return try refuse(path, .tooLarge) }
            bytesLeft -= size
            if asDigest {
                var hash = ContentDigest.Hash()
                try read(file, size) { hash.add($0) }
                return try writeAll(Archive.digest(path: path, hash.digest), to: pipe)
            }
            let isProgram = Files.permissions(of: file.number) == 0o755
            let header = Archive.header(
                path: path,
                size: Int(size),
                kind: isProgram ? .program : .file
            )
            try writeAll(header, to: pipe)
            try read(file, size) { (piece) throws(KernelError) in try writeAll(piece, to: pipe) }
        }

        private func refuse(
            _ path: String,
            _ reason: FileRefusal
        ) throws(KernelError) {
            try writeAll(Archive.refusal(path: path, reason: reason), to: pipe)
        }

        private func read(
            _ file: borrowing Descriptor,
            _ size: Int64,
            _ take: ([UInt8]) throws(KernelError) -> Void
        ) throws(KernelError) {
            var taken: Int64 = 0
            while taken < size {
                let most = min(Collecting.pieceBytes, Int(size - taken))
                let piece = try Kernel.read(from: file.number, most: most)
                if piece.isEmpty { throw KernelError(.read, errno: Errno.invalid) }
                try take(piece)
                taken += Int64(piece.count)
            }
        }
    }

    /// The search for matching names below the work folder.
    ///
    /// Links and special files are included: each is reported.
    ///
    /// A folder is reported too, but only if the request has its own path; a pattern that also
    /// matches folders means the files.
    private struct Walk {
        var wanted: Wanted
        let most: Int
        var found: [(path: String, isNamed: Bool)] = []
        var visited = 0

        mutating func visit(_ folder: Int32, prefix: String, depth: Int) {
            for name in Folder.names(in: folder, most: Collecting.visitedMax) {
                visited += 1
                guard visited <= Collecting.visitedMax, found.count < most, !wanted.isExhausted
                else { return }
                let path = prefix + name
                if path.utf8.count > Archive.pathBytesMax { continue }
                do {
                    let below = try Descriptor.openWithin(
                        folder,
                        name,
                        flags: OpenFlags.readOnly | OpenFlags.folder
                    )
                    if wanted.hasPath(path) { found.append((path, true)) }
                    guard depth < Collecting.depthMax else { continue }
                    visit(below.number, prefix: path + "/", depth: depth + 1)
                } catch {
                    // It is no folder.
                    let isNamed = wanted.names(path)
                    if isNamed || wanted.others { found.append((path, isNamed)) }
                }
            }
        }
    }
}
