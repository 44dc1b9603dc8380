public import Domain
public import Foundation

/// Makes keys.
///
/// Everything that can be refused is refused before the store hears of it.
///
/// Who may ask is not judged here: that only an admin gives `admin` away is for the one who calls.
public struct KeyIssuer: Sendable {
    /// In Unicode scalars.
    public static let nameLengthMax = 100
    /// In characters, `org_` included.
    public static let organizationLengthMax = 64

    private let store: any Store
    private let plans: Plans
    private let clock: WallClock

    public init(store: any Store, plans: Plans, clock: WallClock) {
        self.store = store
        self.plans = plans
        self.clock = clock
    }

    /// Makes a key and stores all of it but the secret, which nobody can see again.
    ///
    /// - Parameters:
    ///   - name: 1 to ``nameLengthMax`` characters, none of them a control character.
    ///   - plan: one of `limits.json`.
    ///   - scopes: names of ``Scope``, at least one.
    ///   - organization: `org_` and letters, digits, `_` or `-`; `nil` makes a new one, of which
    ///     this is the first key.
    ///   - expiresAt: `nil` is never.
    /// - Returns: the key as it was stored, and the secret to be shown once.
    /// - Throws: ``KeyIssueError``, or what the store throws.
    public func create(
        name: String,
        plan: String,
        scopes: [String],
        organization: String? = nil,
        expiresAt: Date? = nil
    ) async throws -> (key: APIKey, secret: KeySecret) {
        let now = clock.now()
        guard Self.isName(name) else { throw KeyIssueError.name }
        guard plans[plan] != nil else { throw KeyIssueError.plan(plan, known: plans.names) }
        let scopes = try Self.scopes(scopes)
        guard organization.map(Self.isOrganization) ?? true else {
            throw KeyIssueError.organization
        }
        guard expiresAt.map({ $0 > now }) ?? true else { throw KeyIssueError.expiry }
        let secret = KeySecret()
        let key = APIKey(
            id: Identifier.make(prefix: "key_", at: now),
            name: name,
            digest: secret.digest,
            organization: organization ?? Identifier.make(prefix: "org_", at: now),
            plan: plan,
            scopes: scopes.names,
            createdAt: now,
            expiresAt: expiresAt
        )
        try await store.insert(key)
        return (key, secret)
    }

    private static func scopes(_ names: [String]) throws(KeyIssueError) -> ScopeSet {
        guard !names.isEmpty else { throw .noScopes }
        do throws(InvalidScopes) {
            return try ScopeSet(parsing: names)
        } catch {
            throw .scopes(error)
        }
    }

    /// Keys are listed on terminals and pages: no control characters, nor those that turn the
    /// direction of text.
    private static func isName(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return (1...nameLengthMax).contains(scalars.count)
            && scalars.allSatisfy { scalar in
                let properties = scalar.properties
                let isLineEnd = [.lineSeparator, .paragraphSeparator].contains(
                    properties.generalCategory
                )
                return properties.generalCategory != .control && !properties.isBidiControl
                    && !isLineEnd
            }
    }

    private static func isOrganization(_ id: String) -> Bool {
        let allowed = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
        )
        return id.hasPrefix("org_") && (5...organizationLengthMax).contains(id.utf8.count)
            && id.unicodeScalars.allSatisfy(allowed.contains)
    }
}

/// Why no key was made.
public enum KeyIssueError: Error, Sendable, Hashable {
    /// Empty, too long, or with characters that would disturb a listing.
    case name
    case plan(String, known: [String])
    case noScopes
    case scopes(InvalidScopes)
    case organization
    /// Already over.
    case expiry
}

extension KeyIssueError: CustomStringConvertible {
    /// One sentence for whoever asked.
    public var description: String {
        switch self {
        case .name:
            "a key's name has 1 to \(KeyIssuer.nameLengthMax) characters, "
                + "none of them a control character"
        case .plan(let plan, let known):
            "there is no plan \(plan); the plans are \(known.joined(separator: ", "))"
        case .noScopes: "a key needs at least one scope"
        case .scopes(let invalid): invalid.description
        case .organization:
            "an organization is org_ and letters, digits, _ or -, "
                + "\(KeyIssuer.organizationLengthMax) characters at most"
        case .expiry: "the key would have expired already"
        }
    }
}
