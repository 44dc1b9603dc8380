public import Vocabulary

/// The sealed catalog of a warden: every path, ceiling and filter that the warden will use.
///
/// The front writes it before it has read one byte from a stranger, and hands it over as a sealed
/// memfd. Layout: the four bytes `QSC2`, then the fields below in order, as ``ByteWriter`` writes
/// them.
public struct CatalogImage: Hashable, Sendable {
    /// The highest permitted value of each of ``Limit/sealed``; the warden refuses higher values.
    public var ceilings: Limits
    /// The highest number of jails at once.
    public var jails: UInt32
    /// Classic BPF programs, eight bytes an instruction, in the order of the system-call profiles.
    public var filters: [[UInt8]]
    /// The root tree of every jail; runtimes add their mounts.
    public var root: RootImage
    /// The runtimes; a runtime's number is its index here.
    public var runtimes: [RuntimeImage]
    /// The features that the operator allowed to be missing.
    public var dispensable: Set<Dispensable>
    /// The isolation layers to leave out; only a test uses this.
    public var absent: Set<IsolationLayer>

    public init(
        ceilings: Limits,
        jails: UInt32,
        filters: [[UInt8]],
        root: RootImage,
        runtimes: [RuntimeImage],
        dispensable: Set<Dispensable> = [],
        absent: Set<IsolationLayer> = []
    ) {
        self.ceilings = ceilings
        self.jails = jails
        self.filters = filters
        self.root = root
        self.runtimes = runtimes
        self.dispensable = dispensable
        self.absent = absent
    }
}

/// The fixed part of a jail's read-only root.
///
/// Paths inside a jail are absolute; the warden makes missing parent folders. `/proc`, `/dev`,
/// `/tmp` and `/box` are the warden's own and may not be named here.
public struct RootImage: Hashable, Sendable {
    public var mounts: [MountImage]
    public var links: [LinkImage]
    public var files: [FileImage]

    public init(mounts: [MountImage], links: [LinkImage], files: [FileImage]) {
        self.mounts = mounts
        self.links = links
        self.files = files
    }
}

/// A folder or file of the host, mounted read-only, without set-uid and without devices.
public struct MountImage: Hashable, Sendable {
    public var source: String
    public var target: String

    public init(source: String, target: String) {
        self.source = source
        self.target = target
    }
}

public struct LinkImage: Hashable, Sendable {
    public var path: String
    /// The target of the symbolic link.
    public var target: String

    public init(path: String, target: String) {
        self.path = path
        self.target = target
    }
}

/// A small file made for the jail, such as its `/etc/passwd`.
public struct FileImage: Hashable, Sendable {
    public var path: String
    public var content: [UInt8]

    public init(path: String, content: [UInt8]) {
        self.path = path
        self.content = content
    }
}

public struct RuntimeImage: Hashable, Sendable {
    /// The runtime's name in messages to the operator.
    public var name: String
    /// The runtime's mounts, in addition to the root's.
    public var mounts: [MountImage]
    /// The mounts that jails leave out if the host lacks them.
    public var optionalMounts: [MountImage]

    public init(name: String, mounts: [MountImage], optionalMounts: [MountImage] = []) {
        self.name = name
        self.mounts = mounts
        self.optionalMounts = optionalMounts
    }
}

extension CatalogImage {
    static let magic: UInt32 = 0x3243_5351  // "QSC2"
    /// The size limit of a catalog, far above any real one; the warden reads no more.
    public static let bytesMax = 16 << 20

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(Self.magic)
        ceilings.write(Limit.sealed, to: &writer)
        writer.integer(jails)
        writer.list(filters) { $0.blob($1) }
        writer.list(root.mounts) { $1.write(to: &$0) }
        writer.list(root.links) {
            $0.text($1.path)
            $0.text($1.target)
        }
        writer.list(root.files) {
            $0.text($1.path)
            $0.blob($1.content)
        }
        writer.list(runtimes) { writer, runtime in
            writer.text(runtime.name)
            writer.list(runtime.mounts) { $1.write(to: &$0) }
            writer.list(runtime.optionalMounts) { $1.write(to: &$0) }
        }
        writer.list(dispensable.map(\.rawValue).sorted()) { $0.integer($1) }
        writer.list(absent.map(\.rawValue).sorted()) { $0.integer($1) }
        return writer.bytes
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        let magic = try reader.integer(UInt32.self)
        guard magic == Self.magic else { throw .unsupportedVersion(magic) }
        ceilings = try Limits(Limit.sealed, from: &reader)
        jails = try reader.integer()
        filters = try reader.list(most: 16) { reader throws(WireError) in Array(try reader.blob()) }
        root = RootImage(
            mounts: try reader.list(most: 256, MountImage.init(from:)),
            links: try reader.list(most: 256) { reader throws(WireError) in
                LinkImage(path: try reader.text(), target: try reader.text())
            },
            files: try reader.list(most: 256) { reader throws(WireError) in
                FileImage(path: try reader.text(), content: Array(try reader.blob()))
            }
        )
        runtimes = try reader.list(most: 1_024) { reader throws(WireError) in
            RuntimeImage(
                name: try reader.text(),
                mounts: try reader.list(most: 64, MountImage.init(from:)),
                optionalMounts: try reader.list(most: 64, MountImage.init(from:))
            )
        }
        dispensable = try Self.set(from: &reader)
        absent = try Self.set(from: &reader)
        try reader.finish()
    }
}

extension CatalogImage {
    private static func set<Element: CaseIterable & Hashable & RawRepresentable<UInt8>>(
        from reader: inout ByteReader
    ) throws(WireError) -> Set<Element> {
        let elements = try reader.list(most: Element.allCases.count) { reader throws(WireError) in
            guard let element = Element(rawValue: try reader.integer()) else {
                throw .unknownValue
            }
            return element
        }
        let set = Set(elements)
        // The elements must be in order and unique, as they are written.
        guard set.map(\.rawValue).sorted() == elements.map(\.rawValue) else { throw .unknownValue }
        return set
    }
}

extension MountImage {
    func write(to writer: inout ByteWriter) {
        writer.text(source)
        writer.text(target)
    }

    init(from reader: inout ByteReader) throws(WireError) {
        source = try reader.text()
        target = try reader.text()
    }
}
