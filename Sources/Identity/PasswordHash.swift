import Cryptography
import Foundation

/// Hashes and checks passwords, on a ``PasswordPool``.
public final class PasswordHasher: Sendable {
    let pool: PasswordPool
    private let cost: PasswordHash.Cost
    /// The hash for passwords of unknown accounts, so that their check takes as long.
    private let decoy: String

    /// Creates a hasher that uses half of the processors, and at most four.
    public convenience init() {
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        self.init(cost: .standard, pool: PasswordPool(threads: min(4, max(1, processors / 2))))
    }

    init(cost: PasswordHash.Cost, pool: PasswordPool = PasswordPool(threads: 1)) {
        self.cost = cost
        self.pool = pool
        decoy = PasswordHash(salt: [], key: [UInt8](repeating: 0, count: 32), cost: cost).text
    }

    /// - Returns: the hash as text, for the store.
    /// - Throws: ``PasswordsBusy``, or what the hash throws.
    func hash(_ password: String, for caller: PasswordCaller) async throws -> String {
        try await pool.run(for: caller) { [cost] in
            try PasswordHash(of: password, cost: cost).text
        }
    }

    /// - Parameter stored: the stored hash; `nil` if the account does not exist, which takes as
    ///   long.
    /// - Throws: ``PasswordsBusy``, or what the hash throws.
    func matches(
        _ password: String,
        stored: String?,
        for caller: PasswordCaller
    ) async throws -> Bool {
        try await pool.run(for: caller) { [decoy] in
            let hash = PasswordHash(text: stored ?? decoy)
            let isMatch = try hash?.matches(password) ?? false
            return isMatch && stored != nil
        }
    }
}

/// The scrypt hash of a password: `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, in base64.
///
/// The cost is one of the recommendations in OWASP's password storage cheat sheet: 32 MiB at a
/// time.
struct PasswordHash {
    struct Cost: Hashable, Sendable {
        /// The log₂ of the number of rounds.
        var logRounds: Int
        var blockSize: Int
        var parallelism: Int

        static let standard = Cost(logRounds: 15, blockSize: 8, parallelism: 3)
    }

    private static let saltBytes = 16
    private static let keyBytes = 32

    let salt: [UInt8]
    let key: [UInt8]
    let cost: Cost

    init(salt: [UInt8], key: [UInt8], cost: Cost) {
        self.salt = salt
        self.key = key
        self.cost = cost
    }

    /// Creates a new hash with a salt from the system's random generator.
    init(of password: String, cost: Cost) throws {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<Self.saltBytes).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        self.init(salt: salt, key: try Self.key(password, salt: salt, cost: cost), cost: cost)
    }

    /// Reads a stored hash.
    init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[1] == "scrypt", let salt = Data(base64Encoded: parts[3]),
            let key = Data(base64Encoded: parts[4]),
            let match = parts[2].wholeMatch(of: /ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})/),
            let logRounds = Int(match.1), let blockSize = Int(match.2),
            let parallelism = Int(match.3), (1...24).contains(logRounds)
        else { return nil }
        let cost = Cost(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
        self.init(salt: Array(salt), key: Array(key), cost: cost)
    }

    var text: String {
        let salt = Data(salt).base64EncodedString()
        let key = Data(key).base64EncodedString()
        let cost = "ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(cost)$\(salt)$\(key)"
    }

    func matches(_ password: String) throws -> Bool {
        let other = try Self.key(password, salt: salt, cost: cost)
        return ConstantTime.areEqual(key, other)
    }

    private static func key(_ password: String, salt: [UInt8], cost: Cost) throws -> [UInt8] {
        // Normalization makes the two encodings of an accented letter equal.
        let normalized = Data(password.precomposedStringWithCanonicalMapping.utf8)
        return try Scrypt.key(
            from: normalized,
            salt: salt,
            rounds: 1 << cost.logRounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism,
            byteCount: keyBytes
        )
    }
}
