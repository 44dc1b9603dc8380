import Domain

/// A permission of a credential.
public enum Scope: Sendable, Hashable {
    /// A scope such as `projects:read`.
    case read(Resource)
    /// A scope such as `projects:write`. A scope that names its resource also permits deleting.
    case write(Resource)
    /// `read`: every `:read`.
    case readEverything
    /// `write`: every `:write`, but no DELETE call.
    case writeEverything
    /// `delete`: the DELETE call of every `:write`, and nothing else.
    case deleteEverything
    /// `admin`: everything. Only an admin may grant it.
    case admin

    public enum Resource: String, Sendable, CaseIterable {
        case projects, agents, posts, communities, chat, users, organizations, notifications, tags
        case wallet, commands, settings, billing, memory, databases, storage
        /// The resource without a `:read` scope.
        case uploads
    }

    /// All scopes, in the order of the documentation.
    public static let all: [Scope] =
        Resource.allCases.flatMap { $0 == .uploads ? [.write($0)] : [.read($0), .write($0)] }
        + [.admin, .readEverything, .writeEverything, .deleteEverything]

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// - Returns: `nil` if no scope has this name.
    public init?(_ name: String) {
        guard let scope = Self.byName[name] else { return nil }
        self = scope
    }

    /// Whether only an organization's owner has the scope in a session.
    var isOwners: Bool {
        switch self {
        case .write(.organizations), .writeEverything, .deleteEverything, .admin: true
        default: false
        }
    }

    public var name: String {
        switch self {
        case .read(let resource): resource.rawValue + ":read"
        case .write(let resource): resource.rawValue + ":write"
        case .readEverything: "read"
        case .writeEverything: "write"
        case .deleteEverything: "delete"
        case .admin: "admin"
        }
    }
}

/// The scopes of a credential.
public struct ScopeSet: Sendable, Hashable {
    /// The names of the scopes, as a key and a caller have them.
    public let names: Set<String>

    /// Creates the set from the scopes of a stored key.
    ///
    /// An unknown name grants nothing.
    public init(_ names: Set<String>) { self.names = names }

    /// Creates the set from the scopes of a request.
    ///
    /// - Throws: ``InvalidScopes`` with all unknown names.
    public init(parsing names: some Sequence<String>) throws(InvalidScopes) {
        let names = Array(names)
        let offenders = names.filter { Scope($0) == nil }
        guard offenders.isEmpty else { throw InvalidScopes(offenders: offenders) }
        self.names = Set(names)
    }

    /// Returns whether the set permits a call that needs `needed`.
    ///
    /// `isDelete` marks a DELETE call: `write` does not permit one, and `delete` permits nothing
    /// else.
    public func permits(_ needed: Scope, isDelete: Bool = false) -> Bool {
        if contains(needed) || contains(.admin) { return true }
        return switch needed {
        case .read: contains(.readEverything)
        case .write: contains(isDelete ? .deleteEverything : .writeEverything)
        case .readEverything, .writeEverything, .deleteEverything, .admin: false
        }
    }

    /// Returns whether this set permits everything that a key with `scope` can do.
    public func covers(_ scope: Scope) -> Bool {
        if contains(scope) || contains(.admin) { return true }
        switch scope {
        case .read: return contains(.readEverything)
        // A scope that names its resource also permits deleting.
        case .write: return contains(.writeEverything) && contains(.deleteEverything)
        case .readEverything: return Scope.Resource.allCases.allSatisfy(coversReading)
        case .writeEverything, .deleteEverything:
            return Scope.Resource.allCases.allSatisfy { covers(.write($0)) }
        case .admin: return false
        }
    }

    private func coversReading(_ resource: Scope.Resource) -> Bool {
        resource == .uploads || contains(.read(resource))
    }

    /// Returns the scopes of a session: all except `admin`, and for a member also without the
    /// scopes that manage the organization.
    public static func session(isOwner: Bool) -> ScopeSet {
        let scopes = Scope.all.filter { $0 != .admin && (isOwner || !$0.isOwners) }
        return ScopeSet(Set(scopes.map(\.name)))
    }

    /// Returns the scopes of this set that the role's session has as well.
    ///
    /// For an owner these are all, and also if there is no role. A name that stands for several
    /// scopes becomes those of them that the session has.
    func limited(to role: Role?) -> ScopeSet {
        guard role == .member else { return self }
        let session = Self.session(isOwner: false).names
        return ScopeSet(session.filter { name in Scope(name).map(covers) ?? false })
    }

    private func contains(_ scope: Scope) -> Bool { names.contains(scope.name) }
}

/// The error behind the answer `invalid_scope`.
public struct InvalidScopes: Error, Sendable, Hashable {
    /// The unknown names, in the order of the request.
    public let offenders: [String]

    public init(offenders: [String]) { self.offenders = offenders }
}

extension InvalidScopes: CustomStringConvertible {
    public var description: String { "unknown scopes: " + offenders.joined(separator: ", ") }
}
