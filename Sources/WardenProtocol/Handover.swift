/// What the monitor tells the front of a warden that it has started; its control socket comes
/// beside it.
public struct Handover: Sendable, Hashable {
    /// The warden's process number.
    public let warden: Int32

    public static let bytesMax = 4
    public static let descriptorCount = 1

    public init(warden: Int32) { self.warden = warden }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(warden)
        return writer.bytes
    }

    public init(decoding bytes: some Sequence<UInt8>) throws(WireError) {
        var reader = ByteReader(bytes)
        warden = try reader.integer()
        try reader.finish()
    }
}
