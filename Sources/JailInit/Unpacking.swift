internal import Kernel
internal import WardenProtocol

/// The unpacking of the request's files into the work folder, inside the finished jail, with the
/// rights of its program.
enum Unpacking {
    /// The size limit of an archive: above any plan's source size.
    private static let bytesMax = 256 << 20

    /// - Parameters:
    ///   - archive: the archive, which is closed; `nil` brings nothing.
    ///   - parked: a file of the archive that already exists, empty and open.
    static func unpack(
        _ archive: Int32?,
        into path: String,
        parked: (path: String, file: Int32)? = nil
    ) throws(KernelError) {
        guard let archive else { return }
        let archived = Descriptor(owning: archive)
        let bytes = try readAll(from: archived.number, most: bytesMax)
        let entries: [Archive.Entry]
        do {
            entries = try Archive.entries(in: bytes)
        } catch {
            throw KernelError(.read, errno: Errno.invalid)
        }
        try JailIdentity.asProgram { () throws(KernelError) in
            let folder = try Descriptor.open(path, flags: OpenFlags.folder)
            for entry in entries {
                switch entry {
                case .file(let path, let content):
                    if let parked, parked.path == path {
                        try writeAll(content, to: parked.file)
                    } else {
                        try write(content, to: path, in: folder.number, mode: 0o644)
                    }
                case .program(let path, let content):
                    try write(content, to: path, in: folder.number, mode: 0o755)
                // These kinds exist only on the way out.
                case .digest, .refused: throw KernelError(.read, errno: Errno.invalid)
                }
            }
        }
    }

    private static func write(
        _ content: ArraySlice<UInt8>,
        to path: String,
        in folder: Int32,
        mode: UInt32
    ) throws(KernelError) {
        let components = Archive.components(of: path)
        guard components.count > 1 else {
            return try write(content, named: path, in: folder, mode: mode)
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
        let name = String(components[components.count - 1])
        try write(content, named: name, in: current.number, mode: mode)
    }

    private static func write(
        _ content: ArraySlice<UInt8>,
        named name: String,
        in folder: Int32,
        mode: UInt32
    ) throws(KernelError) {
        let file = try Descriptor.openWithin(
            folder,
            name,
            flags: OpenFlags.writeOnly | OpenFlags.create | OpenFlags.exclusive,
            mode: mode
        )
        try writeAll(content, to: file.number)
    }
}
