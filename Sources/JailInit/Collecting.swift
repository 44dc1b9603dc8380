internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// Brings back what the program left under the names that the caller asked for.
///
/// Init does this, with the program's rights, after the program's last process is gone: nothing
/// changes under its hands. The names and the files are the program's all the same, so links are
/// never followed, only regular files are read, nothing is waited for, and depth, number and size
/// are bounded.
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
        let wanted = Wanted(program)
        var walk = Walk(wanted: wanted, most: Int(program.outputFilesMax))
        walk.visit(box.number, prefix: "", depth: 0)
        var sending = Sending(
            box: box.number,
            pipe: pipe,
            beneath: beneath,
            bytesLeft: Int64(clamping: program.outputBytesMax)
        )
        for path in walk.found.sorted() {
            // A reader that has gone away ends it; there is nobody to tell.
            guard (try? sending.send(path, asDigest: !wanted.names(path))) != nil else { return }
        }
    }

    /// The patterns and bounds of the request.
    private struct Wanted {
        private let paths: Set<String>
        private let patterns: [Glob]
        /// Every other file, by its digest.
        let others: Bool

        init(_ program: Program) {
            paths = Set(program.outputs)
            patterns = program.outputs.map(Glob.init)
            others = program.digestsOthers
        }

        /// By its own name and by no pattern.
        func hasPath(_ path: String) -> Bool { paths.contains(path) }

        /// Whether its bytes are.
        func names(_ path: String) -> Bool {
            hasPath(path) || patterns.contains { $0.matches(path) }
        }
    }

    /// The way out of the work folder.
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

    /// The names below the work folder that match, links and special files included: each of those
    /// is reported.
    ///
    /// So is a folder, but only by its own name; a pattern that matches folders as well means the
    /// files.
    private struct Walk {
        let wanted: Wanted
        let most: Int
        var found: [String] = []
        var visited = 0

        mutating func visit(_ folder: Int32, prefix: String, depth: Int) {
            for name in Folder.names(in: folder, most: Collecting.visitedMax) {
                visited += 1
                guard visited <= Collecting.visitedMax, found.count < most else { return }
                let path = prefix + name
                if path.utf8.count > Archive.pathBytesMax { continue }
                do {
                    let below = try Descriptor.openWithin(
                        folder,
                        name,
                        flags: OpenFlags.readOnly | OpenFlags.folder
                    )
                    if wanted.hasPath(path) { found.append(path) }
                    guard depth < Collecting.depthMax else { continue }
                    visit(below.number, prefix: path + "/", depth: depth + 1)
                } catch  where wanted.others || wanted.names(path) {
                    found.append(path)
                } catch {
                    continue  // not a folder, and nobody asked for it
                }
            }
        }
    }
}
