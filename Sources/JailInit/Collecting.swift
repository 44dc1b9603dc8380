internal import Kernel
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
        let patterns = program.outputs.map(Glob.init)
        var walk = Walk(
            names: Set(program.outputs),
            patterns: patterns,
            most: Int(program.outputFilesMax)
        )
        walk.visit(box.number, prefix: "", depth: 0)
        var bytesLeft = Int64(clamping: program.outputBytesMax)
        for path in walk.found.sorted() {
            // A reader that has gone away ends it; there is nobody to tell.
            guard
                (try? send(path, from: box.number, to: pipe, &bytesLeft, beneath: beneath)) != nil
            else { return }
        }
    }

    private static func send(
        _ path: String,
        from box: Int32,
        to pipe: Int32,
        _ bytesLeft: inout Int64,
        beneath: Bool
    ) throws(KernelError) {
        let file: Descriptor
        do throws(KernelError) {
            let flags = OpenFlags.readOnly | OpenFlags.nonblocking
            file =
                beneath
                ? try Descriptor.openWithin(box, path, flags: flags | OpenFlags.noFollow)
                : try Descriptor.open(path, in: box, flags: flags)
        } catch {
            let reason: Archive.RefusalReason =
                error.errno == Errno.tooManyLinks ? .notARegularFile : .unreadable
            return try writeAll(Archive.refusal(path: path, reason: reason), to: pipe)
        }
        let (kind, size) = Files.kind(of: file.number)
        guard kind == .regular else {
            return try writeAll(Archive.refusal(path: path, reason: .notARegularFile), to: pipe)
        }
        guard size <= bytesLeft else {
            return try writeAll(Archive.refusal(path: path, reason: .tooLarge), to: pipe)
        }
        bytesLeft -= size
        let isProgram = Files.permissions(of: file.number) == 0o755
        let header = Archive.header(
            path: path,
            size: Int(size),
            kind: isProgram ? .program : .file
        )
        try writeAll(header, to: pipe)
        var sent: Int64 = 0
        while sent < size {
            let piece = try read(from: file.number, most: min(pieceBytes, Int(size - sent)))
            if piece.isEmpty { throw KernelError(.read, errno: Errno.invalid) }
            try writeAll(piece, to: pipe)
            sent += Int64(piece.count)
        }
    }

    /// The names below the work folder that match, links and special files included: each of those
    /// is reported.
    ///
    /// So is a folder, but only by its own name; a pattern that matches folders as well means the
    /// files.
    private struct Walk {
        let names: Set<String>
        let patterns: [Glob]
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
                    if names.contains(path) { found.append(path) }
                    guard depth < Collecting.depthMax else { continue }
                    visit(below.number, prefix: path + "/", depth: depth + 1)
                } catch  where patterns.contains(where: { $0.matches(path) }) {
                    found.append(path)
                } catch {
                    continue  // not a folder, and nobody asked for it
                }
            }
        }
    }
}
