/// The monitor's message to the front about a started warden; the warden's control socket comes
/// with it.
public struct Handover: Sendable, Hashable {
    /// The warden's process id.
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
