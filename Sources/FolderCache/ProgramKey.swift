import Cryptography
import Domain
import Foundation

/// The key of a cached program: a digest of the compilation, under a digest of its owner.
///
/// Every field enters the digest after its length or count, so that two compilations never give the
/// same input. The scope is part of both halves, so a key is useless in another scope, and all keys
/// of one scope can be found.
struct ProgramKey: Hashable, Sendable {
    /// The digest of the owner, hexadecimal as in the file's name.
    let scope: String
    let compilation: String

    /// The version of the stored format; a change hides the programs of earlier releases.
    private static let form = "quicksand compiled program, form 1"
    private static let separator: Character = "."

    /// - Parameter salt: as ``scope(_:salt:)``.
    init(_ compilation: Compilation, salt: [UInt8]) {
        scope = Self.scope(compilation.scope, salt: salt)
        var digest = FieldDigest()
        digest.add(Self.form)
        digest.add(scope)
        digest.add(compilation.language)
        digest.add(compilation.version)
        digest.add(compilation.compiler)
        digest.add(UInt64(compilation.profile.rawValue))
        digest.add(UInt64(compilation.files.count))
        for file in compilation.files {
            digest.add(file.path)
            digest.add(file.content)
        }
        digest.add(UInt64(compilation.arguments.count))
        for argument in compilation.arguments { digest.add(argument) }
        digest.add(UInt64(compilation.environment.count))
        for (name, value) in compilation.environment.sorted(by: { $0.key < $1.key }) {
            digest.add(name)
            digest.add(value)
        }
        for limit in Limit.allCases { digest.add(UInt64(bitPattern: compilation.limits[limit])) }
        digest.add(UInt64(bitPattern: compilation.workspaceBytes))
        digest.add(UInt64(bitPattern: compilation.workspaceFiles))
        self.compilation = digest.hexadecimal()
    }

    /// - Returns: `nil` for a name that ``fileName`` could not have made.
    init?(fileName: String) {
        let parts = fileName.split(separator: Self.separator, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy(Self.isDigest) else { return nil }
        scope = String(parts[0])
        compilation = String(parts[1])
    }

    var fileName: String { "\(scope)\(Self.separator)\(compilation)" }

    /// - Parameter salt: makes an address's scope private to this process. Strangers' programs must
    ///   not be stored under their addresses: without the salt, a reader of the folder could try
    ///   all addresses.
    static func scope(_ scope: Compilation.Scope, salt: [UInt8]) -> String {
        var digest = FieldDigest()
        switch scope {
        case .project(let project):
            digest.add("project")
            digest.add(project)
        case .owner(.organization(let organization)):
            digest.add("organization")
            digest.add(organization)
        case .owner(.address(let address)):
            digest.add("address")
            digest.add(salt)
            digest.add(address)
        }
        return digest.hexadecimal()
    }

    private static func isDigest(_ text: Substring) -> Bool {
        text.utf8.count == SHA256.byteCount * 2
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

/// A SHA-256 digest over fields whose boundaries are unambiguous.
private struct FieldDigest: ~Copyable {
    private var hash = SHA256()

    mutating func add(_ number: UInt64) {
        hash.update(withUnsafeBytes(of: number.littleEndian) { Array($0) })
    }

    mutating func add(_ bytes: some DataProtocol) {
        add(UInt64(bytes.count))
        hash.update(bytes)
    }

    mutating func add(_ text: String) { add(Array(text.utf8)) }

    consuming func hexadecimal() -> String { hash.digest().hexadecimal }
}
