import Testing
import Vocabulary

@Suite struct ContentDigestTests {
    private func hexadecimal(_ digest: ContentDigest) -> String {
        digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// As `sha256sum` has them, around the ends of blocks.
    private static let known: [(Int, String)] = [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
        (63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
        (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
        (119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
        (120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"),
        (1_000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
    ]

    @Test(arguments: known)
    func `a digest is SHA-256`(count: Int, digest: String) {
        let content = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        #expect(hexadecimal(ContentDigest(of: content)) == digest)
    }

    @Test(arguments: [1, 3, 63, 64, 65, 200])
    func `bytes that come in pieces have the digest of the whole`(pieceBytes: Int) {
        let content = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        var hash = ContentDigest.Hash()
        for start in stride(from: 0, to: content.count, by: pieceBytes) {
            hash.add(content[start..<min(start + pieceBytes, content.count)])
        }
        #expect(hash.digest == ContentDigest(of: content))
    }

    @Test(arguments: [(31, false), (32, true), (33, false)])
    func `a digest has 32 bytes`(count: Int, isDigest: Bool) {
        #expect((ContentDigest(bytes: [UInt8](repeating: 1, count: count)) != nil) == isDigest)
    }
}
