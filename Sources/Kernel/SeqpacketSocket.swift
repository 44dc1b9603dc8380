internal import CLinux
internal import Glibc

/// A packet and its descriptors.
public struct Packet: ~Copyable, Sendable {
    public let bytes: [UInt8]
    public let descriptors: DescriptorList

    /// Returns the bytes, and the descriptors for the caller to close.
    public consuming func taken() -> (bytes: [UInt8], descriptors: [Int32]) {
        let bytes = bytes
        return (bytes, descriptors.release())
    }
}

/// The descriptors of one packet, closed together unless taken.
public struct DescriptorList: ~Copyable, Sendable {
    private var numbers: [Int32]

    public init(owning numbers: [Int32] = []) { self.numbers = numbers }

    deinit { for number in numbers where number >= 0 { _ = Glibc.close(number) } }

    public var count: Int { numbers.count }

    /// The number at `index`, still owned by the list.
    public subscript(index: Int) -> Int32 { numbers[index] }

    /// Gives up all numbers; the caller must close them.
    public consuming func release() -> [Int32] {
        let all = numbers
        numbers = []
        return all
    }
}

/// A SOCK_SEQPACKET pair: whole messages, in order, with descriptors beside them.
public enum SeqpacketSocket {
    private static let kind: Int32 = 5  // SOCK_SEQPACKET

    public static func pair() throws(KernelError) -> DescriptorPair {
        var ends: (Int32, Int32) = (-1, -1)
        try check(.socketpair) {
            unsafe withUnsafeMutablePointer(to: &ends) { pointer in
                unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) {
                    unsafe linux_socketpair(kind, $0)
                }
            }
        }
        return DescriptorPair(Descriptor(owning: ends.0), Descriptor(owning: ends.1))
    }

    /// Sends one packet.
    ///
    /// On a full non-blocking socket it throws EAGAIN, and sends nothing.
    public static func send(
        _ bytes: [UInt8],
        descriptors: [Int32] = [],
        on socket: Int32
    ) throws(KernelError) {
        try check(.send) {
            unsafe bytes.withUnsafeBytes { buffer in
                unsafe descriptors.withUnsafeBufferPointer { list in
                    // An empty buffer has no address, and the call requires one.
                    guard let base = buffer.baseAddress else { return -Int(Errno.invalid) }
                    return unsafe linux_send(
                        socket,
                        base,
                        buffer.count,
                        list.baseAddress,
                        list.count
                    )
                }
            }
        }
    }

    /// Receives one packet; returns `nil` if the other side is gone.
    ///
    /// A packet above `most` is an error.
    public static func receive(
        on socket: Int32,
        most: Int,
        descriptorsMost: Int
    ) throws(KernelError) -> Packet? {
        var descriptors = [Int32](repeating: -1, count: descriptorsMost + 1)
        var descriptorCount = 0
        var received = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            received = unsafe linux_receive(
                socket,
                base,
                most,
                &descriptors,
                descriptors.count,
                &descriptorCount
            )
            count = max(0, received)
        }
        let list = DescriptorList(owning: Array(descriptors[..<descriptorCount]))
        if received == 0 { return nil }
        if received < 0 {
            let errno = Int32(-received)
            if errno == Errno.interrupted {
                return try receive(on: socket, most: most, descriptorsMost: descriptorsMost)
            }
            if errno == Errno.connectionReset { return nil }
            throw KernelError(.receive, errno: errno)
        }
        return Packet(bytes: bytes, descriptors: list)
    }
}

public enum Sockets {
    /// Ends a conversation in both directions; the descriptor stays open.
    public static func shutDown(_ socket: Int32) { _ = Glibc.shutdown(socket, Int32(SHUT_RDWR)) }
}
