/// A SHA-256 digest (FIPS 180-4); equal digests mean equal bytes.
///
/// It is implemented here because both sides of the warden's socket need it, and the static one
/// links no library.
public struct ContentDigest: Hashable, Sendable {
    public static let byteCount = 32

    /// The bytes of the digest, ``byteCount`` in number.
    public let bytes: [UInt8]

    public init(of content: some Collection<UInt8>) {
        var hash = Hash()
        hash.add(content)
        self = hash.digest
    }

    /// - Returns: `nil` for a wrong number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    private init(words: InlineArray<8, UInt32>) {
        bytes = words.indices.flatMap { Hash.bytes(of: words[$0]) }
    }

    /// An unfinished digest, which takes the bytes in pieces.
    public struct Hash: Sendable {
        private var state: InlineArray<8, UInt32> = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c,
            0x1f83_d9ab, 0x5be0_cd19,
        ]
        /// The bytes that are not in the state yet, less than a block.
        private var rest: [UInt8] = []
        /// The number of bytes hashed so far.
        private var length: UInt64 = 0
        private static let blockBytes = 64

        public init() {}

        public mutating func add(_ bytes: some Collection<UInt8>) {
            length += UInt64(bytes.count)
            rest.append(contentsOf: bytes)
            let whole = rest.count - rest.count % Self.blockBytes
            for start in stride(from: 0, to: whole, by: Self.blockBytes) { compress(rest, start) }
            rest.removeFirst(whole)
        }

        /// The digest of the bytes hashed so far.
        public var digest: ContentDigest {
            var hash = self
            // The padding: a 1 bit, zeros, and the length in bits at the end of a block.
            let filled = (rest.count + 9) % Self.blockBytes
            let zeros = filled == 0 ? 0 : Self.blockBytes - filled
            hash.add(
                [0x80] + [UInt8](repeating: 0, count: zeros) + Self.bytes(of: length * 8)
            )
            return ContentDigest(words: hash.state)
        }

        /// Returns the bytes of a word, most significant first.
        fileprivate static func bytes(of word: some FixedWidthInteger) -> [UInt8] {
            stride(from: word.bitWidth - 8, through: 0, by: -8)
                .map { UInt8(truncatingIfNeeded: word >> $0) }
        }

        private mutating func compress(_ bytes: [UInt8], _ start: Int) {
            let block = bytes.span.extracting(start..<(start + Self.blockBytes))
            var words = InlineArray<64, UInt32>(repeating: 0)
            for place in 0..<16 {
                words[place] =
                    UInt32(block[4 * place]) << 24 | UInt32(block[4 * place + 1]) << 16
                    | UInt32(block[4 * place + 2]) << 8 | UInt32(block[4 * place + 3])
            }
            for place in 16..<64 {
                let (early, late) = (words[place - 15], words[place - 2])
                let first = early.rotated(7) ^ early.rotated(18) ^ (early &>> 3)
                let second = late.rotated(17) ^ late.rotated(19) ^ (late &>> 10)
                words[place] = words[place - 16] &+ first &+ words[place - 7] &+ second
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for place in 0..<64 {
                let choice = (e & f) ^ (~e & g)
                let late = h &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ choice
                let first = late &+ Self.constants[place] &+ words[place]
                let majority = (a & b) ^ (a & c) ^ (b & c)
                let second = (a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)) &+ majority
                (h, g, f, e) = (g, f, e, d &+ first)
                (d, c, b, a) = (c, b, a, first &+ second)
            }
            let sums: InlineArray<8, UInt32> = [a, b, c, d, e, f, g, h]
            for place in state.indices { state[place] &+= sums[place] }
        }

        private static let constants: InlineArray<64, UInt32> = [
            0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1,
            0x923f_82a4, 0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
            0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786,
            0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
            0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147,
            0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
            0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
            0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
            0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a,
            0x5b9c_ca4f, 0x682e_6ff3, 0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
            0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
        ]
    }
}
extension UInt32 {
    fileprivate func rotated(_ bits: UInt32) -> UInt32 { self &>> bits | self &<< (32 &- bits) }
}
