internal import CLinux
internal import Glibc

/// An open descriptor, closed at the end of its owner's lifetime.
///
/// Every descriptor is close-on-exec.
public struct Descriptor: ~Copyable, Sendable {
    public let number: Int32

    public init(owning number: Int32) { self.number = number }

    deinit { _ = Glibc.close(number) }

    /// Closes a number that no ``Descriptor`` owns.
    public static func close(_ number: Int32) { _ = Glibc.close(number) }

    /// Gives up the number; the caller must close it.
    public consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// Two descriptors that belong together.
public struct DescriptorPair: ~Copyable, Sendable {
    public var first: Descriptor
    public var second: Descriptor

    public init(_ first: consuming Descriptor, _ second: consuming Descriptor) {
        self.first = first
        self.second = second
    }

    /// Returns the first descriptor, and closes the second.
    public consuming func intoFirst() -> Descriptor { first }

    /// Returns both numbers, for the caller to close.
    public consuming func released() -> (first: Int32, second: Int32) {
        (first.release(), second.release())
    }
}

extension Descriptor {
    /// Opens `path`, relative to `directory` if the caller gives one.
    public static func open(
        _ path: String,
        in directory: Int32 = currentFolder,
        flags: Int32 = OpenFlags.readOnly,
        mode: UInt32 = 0
    ) throws(KernelError) -> Descriptor {
        Descriptor(
            owning: try check(.open) { unsafe linux_open(directory, path, flags, mode) }
        )
    }

    /// Opens a path that must lie below `directory`: the kernel follows no link, and no mount leads
    /// upwards (`openat2`, Linux 5.6).
    public static func openWithin(
        _ directory: Int32,
        _ path: String,
        flags: Int32,
        mode: UInt32 = 0
    ) throws(KernelError) -> Descriptor {
        let beneath: UInt64 = 0x08
        let noSymlinks: UInt64 = 0x04
        let noMagicLinks: UInt64 = 0x02
        return Descriptor(
            owning: try check(.open) {
                unsafe linux_open_within(
                    directory,
                    path,
                    UInt64(UInt32(bitPattern: flags)),
                    UInt64(mode),
                    beneath | noSymlinks | noMagicLinks
                )
            }
        )
    }

    /// Makes a pipe, with the reading end first.
    public static func pipe() throws(KernelError) -> DescriptorPair {
        var ends: (Int32, Int32) = (-1, -1)
        try check(.pipe) {
            unsafe withUnsafeMutablePointer(to: &ends) { pointer in
                unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) {
                    unsafe linux_pipe($0, O_CLOEXEC)
                }
            }
        }
        return DescriptorPair(Descriptor(owning: ends.0), Descriptor(owning: ends.1))
    }

    /// Makes an anonymous file with `bytes`, sealed against every change.
    public static func sealed(_ name: String, _ bytes: [UInt8]) throws(KernelError) -> Descriptor {
        let closeOnExec: UInt32 = 1
        let allowSealing: UInt32 = 2
        let file = Descriptor(
            owning: try check(.memfd) { unsafe linux_memfd(name, closeOnExec | allowSealing) }
        )
        try writeAll(bytes, to: file.number)
        // The offset travels with the descriptor: the reader starts at the first byte.
        try check(.seal) { lseek(file.number, 0, SEEK_SET) < 0 ? -errno : 0 }
        try check(.seal) { linux_add_seals(file.number, Seals.all) }
        return file
    }
}

/// The start of relative paths: the working folder.
public let currentFolder: Int32 = AT_FDCWD

/// The flags of `open`; the numbers are the C library's, which differ between architectures.
public enum OpenFlags {
    public static let readOnly = O_RDONLY
    public static let writeOnly = O_WRONLY
    public static let readWrite = O_RDWR
    public static let create = O_CREAT
    public static let exclusive = O_EXCL
    public static let truncate = O_TRUNC
    public static let nonblocking = O_NONBLOCK
    public static let folder = O_DIRECTORY
    public static let noFollow = O_NOFOLLOW
    /// The flag for a place alone, without access to its content.
    ///
    /// The number is the same on every architecture.
    public static let place: Int32 = 0o10000000
}

/// The seals of an immutable memfd.
public enum Seals {
    /// The seals that forbid further seals, changes of size and changes of bytes.
    public static let all: Int32 = 0x1 | 0x2 | 0x4 | 0x8

    /// Returns whether the file has all of these seals, and perhaps others: with `vm.memfd_noexec`
    /// the kernel adds one of its own.
    public static func areOn(_ descriptor: Int32) -> Bool {
        let seals = linux_seals(descriptor)
        return seals >= 0 && seals & all == all
    }
}

/// Writes every byte, in as many calls as necessary.
public func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(KernelError) {
    try writeAll(bytes[...], to: descriptor)
}

public func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(KernelError) {
    var rest = bytes
    while !rest.isEmpty { rest = rest.dropFirst(try write(rest, to: descriptor)) }
}

/// Makes one `write` call.
/// - Returns: the number of bytes written.
public func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(KernelError) -> Int {
    try check(.write) {
        unsafe bytes.withUnsafeBytes { buffer in
            let count = unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            return count < 0 ? -Int(errno) : count
        }
    }
}

/// Makes one `read` call.
///
/// An empty result is the end of the file.
public func read(from descriptor: Int32, most: Int) throws(KernelError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
        let result = unsafe Glibc.read(descriptor, buffer.baseAddress, most)
        failure = result < 0 ? errno : 0
        count = max(0, result)
    }
    if failure == Errno.interrupted { return try read(from: descriptor, most: most) }
    if failure != 0 { throw KernelError(.read, errno: failure) }
    return bytes
}

/// Reads to the end, refusing more than `most` bytes.
public func readAll(from descriptor: Int32, most: Int) throws(KernelError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
        let piece = try read(from: descriptor, most: 64 << 10)
        if piece.isEmpty { return bytes }
        guard bytes.count + piece.count <= most else {
            throw KernelError(.read, errno: Errno.messageSize)
        }
        bytes += piece
    }
}

/// Reads a whole small kernel file, such as a cgroup's counter.
public func readText(_ path: String, in directory: Int32) throws(KernelError) -> String {
    let file = try Descriptor.open(path, in: directory)
    return String(decoding: try readAll(from: file.number, most: 1 << 20), as: UTF8.self)
}

/// Reads the first 4 KiB of an open kernel file, in one call.
public func rereadText(_ file: Int32) throws(KernelError) -> String {
    let most = 4_096
    var failure: Int32 = 0
    let text = unsafe String(unsafeUninitializedCapacity: most) { buffer in
        let count = unsafe pread(file, buffer.baseAddress, most, 0)
        failure = count < 0 ? errno : 0
        return max(0, count)
    }
    if failure != 0 { throw KernelError(.read, errno: failure) }
    return text
}

/// Writes a small kernel file in one call, as the kernel requires.
public func writeText(
    _ text: String,
    to path: String,
    in directory: Int32
) throws(KernelError) {
    let file = try Descriptor.open(path, in: directory, flags: O_WRONLY)
    try writeAll(Array(text.utf8), to: file.number)
}
