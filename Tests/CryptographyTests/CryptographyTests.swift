import Cryptography
import Foundation
import Testing

/// The library's answers, held to the vectors of the standards: what is wired wrongly still hashes.
@Suite struct CryptographyTests {
    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter(\.isHexDigit).map { UInt8($0.hexDigitValue ?? 0) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `SHA-256 is that of FIPS 180-4`(message: String, digest: String) {
        #expect(SHA256.digest(of: Data(message.utf8)).hexadecimal == digest)
    }

    @Test func `a digest does not tell in which pieces the bytes came`() {
        let message = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
        var hash = SHA256()
        for start in stride(from: 0, to: message.count, by: 977) {
            hash.update(message[start..<min(start + 977, message.count)])
            hash.update(Data())
        }
        #expect(hash.digest() == SHA256.digest(of: message))
        #expect(SHA256.digest(of: message.dropLast()) != SHA256.digest(of: message))
    }

    @Test func `HMAC is that of RFC 4231`() {
        let short = HMACSHA256.code(
            of: Data("what do ya want for nothing?".utf8),
            key: Data("Jefe".utf8)
        )
        #expect(
            short
                == bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        )
        let long = HMACSHA256.code(
            of: Data("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            key: Data(repeating: 0xaa, count: 131)
        )
        #expect(
            long == bytes("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        )
    }

    @Test func `scrypt is that of RFC 7914`() throws {
        let key = try Scrypt.key(
            from: Data("password".utf8),
            salt: Array("NaCl".utf8),
            rounds: 1_024,
            blockSize: 8,
            parallelism: 16,
            byteCount: 64
        )
        let expected = """
            fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162
            2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
            """
        #expect(key == bytes(expected))
    }

    @Test(arguments: [(0, 8, 1), (3, 8, 1), (1_024, 0, 1), (1_024, 8, 0), (1_024, -1, 1)])
    func `scrypt refuses what are no parameters`(rounds: Int, blockSize: Int, parallelism: Int) {
        #expect(throws: CryptographyError.self) {
            try Scrypt.key(
                from: Data(),
                salt: [],
                rounds: rounds,
                blockSize: blockSize,
                parallelism: parallelism,
                byteCount: 32
            )
        }
    }

    @Test func `comparing looks at every byte`() {
        #expect(ConstantTime.areEqual([1, 2], [1, 2]))
        #expect(!ConstantTime.areEqual([1, 2], [1, 3]))
        #expect(!ConstantTime.areEqual([1, 2], [1]))
        #expect(ConstantTime.areEqual([UInt8](), []))
    }
}

@Suite struct P256SigningKeyTests {
    private let message = Array("what is signed".utf8)

    @Test func `a signature holds for its message and its key alone`() throws {
        let key = try P256SigningKey()
        let signature = try key.signature(of: message)
        #expect(signature.count == 64)
        #expect(key.isSignature(signature, of: message))
        #expect(!key.isSignature(signature, of: message + [0]))
        #expect(!(try P256SigningKey()).isSignature(signature, of: message))
        for index in [0, 31, 32, 63] {
            var other = signature
            other[index] ^= 1
            #expect(!key.isSignature(other, of: message), "\(index)")
        }
    }

    /// CVE-2022-21449: an implementation took zeros for a signature of anything.
    @Test(arguments: [0, 63, 64, 65, 128], [UInt8(0), 0xff])
    func `what is no signature is none`(count: Int, byte: UInt8) throws {
        let bytes = [UInt8](repeating: byte, count: count)
        #expect(!(try P256SigningKey().isSignature(bytes, of: message)))
    }

    @Test func `a key survives being written down`() throws {
        let key = try P256SigningKey()
        let pem = try key.pem()
        #expect(pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let read = try P256SigningKey(pem: pem)
        #expect(read.isSignature(try key.signature(of: message), of: message))
        #expect(try read.publicPoint() == key.publicPoint())
    }

    /// As releases before this one wrote it, by swift-crypto.
    @Test func `a key of an earlier release is read`() throws {
        let key = try P256SigningKey(
            pem: """
                -----BEGIN PRIVATE KEY-----
                MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmEser2sRQz+NTxeH
                0fLu7YRAdc6r6b6MAitGsU4d8nKhRANCAARqy6q/dJ1S0b5ys2WZJXUlq+qEKaz6
                XLlMyiDscn+sREWExzNh5ezSpjUJX8eJ613bI4tiU0hSWWpWTFYLjIIL
                -----END PRIVATE KEY-----
                """
        )
        #expect(try key.publicPoint().x.count == 32)
    }

    @Test(arguments: [
        "", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        // Another curve, P-384.
        """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCBdrj/1g02Q1xmLYrD
        qJXHA9z7kiCuXEkPI96pkzDN3TxVIUb+1JkApDhz6rCyecWhZANiAAShfYvaAzJP
        2DvgNShC3lW5sUtCiCEV8OzTLzi8g7+WRH8++B/pNsqp3FmsehhV4zqD3vmF+fMM
        MkgKFcRinLayqiEid3gJS5QYQDXF7uXwcpHdsV1hA1BLwUqwEnoA32s=
        -----END PRIVATE KEY-----
        """,
        // Another one of the same size, secp256k1.
        """
        -----BEGIN PRIVATE KEY-----
        MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQg++2k5qxp7B+bDS7TqM5E
        2uPXrabs0U1prh0O1PcwkZuhRANCAATqKvFG8MkJgLslSQ+bIT7gv5rc7x88tjx0
        FSdkV6OdYhyeMSgCEkEVhExbOW+EFomjTVyQ4SHhM4PmeEo6Iwzu
        -----END PRIVATE KEY-----
        """,
        // Encrypted: nobody is asked for its passphrase.
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgZyVs1ma439QICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFvk6I8GHA3dsNMOqsM3bIgEgZCg
        8D9T6P9NhIe1mboBopejwCoUfOVn7y2QH/NLdeEmYYXLkKvifyonhj1FheN/4gBf
        GWB9q/NljOGLZ8CawD9ke8jwDOjRTXtaE01WXy1Xu++pfRztYwRD+7LAYbFCZbBp
        uUA6h5I0VM3kwE8x1Pp4k7CGDRqmdEqQGFwLzbWrPyOQGH6AxYNFnF1kQ/aniA8=
        -----END ENCRYPTED PRIVATE KEY-----
        """,
    ])
    func `what is no key of the curve is refused`(pem: String) {
        #expect(throws: CryptographyError.self) { try P256SigningKey(pem: pem) }
    }
}
