public import Vocabulary

/// The encoding of limits: their values alone, in the order of one of ``Limit``'s lists.
extension Limits {
    public func write(_ limits: [Limit], to writer: inout ByteWriter) {
        for limit in limits { writer.integer(self[limit]) }
    }

    /// Reads the listed limits; the other limits are 0.
    public init(_ limits: [Limit], from reader: inout ByteReader) throws(WireError) {
        self.init { _ in 0 }
        for limit in limits { self[limit] = try reader.integer() }
    }
}
