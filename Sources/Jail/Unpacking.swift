internal import Kernel
internal import WardenWire

/// Puts the request's files into the work folder, inside the finished jail, with the rights of its
/// program.
enum Unpacking {
    /// Above any plan's source size.
    private static let bytesMax = 256 << 20

    static func unpack(_ archive: Int32, into path: String) throws(KernelError) {
        // As the program's user, so that the files are its own; restored because init must stay
        // itself.
        Credentials.setFilesystemIDs(
            uid: JailIdentity.programInside,
            gid: JailIdentity.programInside
        )
        defer {
            Credentials.setFilesystemIDs(uid: JailIdentity.initInside, gid: JailIdentity.initInside)
        }
        let folder = try Descriptor.open(path, flags: OpenFlags.folder)
        let bytes = try readAll(from: archive, most: bytesMax)
        let entries: [Archive.Entry]
        do {
            entries = try Archive.entries(in: bytes)
        } catch {
            throw KernelError(.read, errno: Errno.invalid)
        }
        for case .file(let path, let content) in entries {
            try write(content, to: path, in: folder.number)
        }
    }

    private static func write(
        _ content: ArraySlice<UInt8>,
        to path: String,
        in folder: Int32
    ) throws(KernelError) {
        let components = path.split(separator: "/")
        guard components.count > 1 else {
            return try write(content, named: path, in: folder)
        }
        var current = try Descriptor.openWithin(folder, ".", flags: OpenFlags.folder)
        for component in components.dropLast() {
            let name = String(component)
            do throws(KernelError) {
                try Files.makeFolder(name, in: current.number)
            } catch  where error.errno == Errno.exists {
            }
            current = try Descriptor.openWithin(current.number, name, flags: OpenFlags.folder)
        }
        try write(content, named: String(components[components.count - 1]), in: current.number)
    }

    private static func write(
        _ content: ArraySlice<UInt8>,
        named name: String,
        in folder: Int32
    ) throws(KernelError) {
        let file = try Descriptor.openWithin(
            folder,
            name,
            flags: OpenFlags.writeOnly | OpenFlags.create | OpenFlags.exclusive,
            mode: 0o644
        )
        try writeAll(content, to: file.number)
    }
}
