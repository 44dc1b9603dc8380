/// One thing that a credential may do.
public enum Scope: Sendable, Hashable {
    /// `projects:read` and the like.
    case read(Resource)
    /// `projects:write` and the like. Deleting is part of it where the scope is named in full.
    case write(Resource)
    /// `read`: every `:read`.
    case readEverything
    /// `write`: every `:write`, but no DELETE call.
    case writeEverything
    /// `delete`: the DELETE call of every `:write`, and nothing else.
    case deleteEverything
    /// `admin`: everything there is. Only an admin may give it away.
    case admin

    public enum Resource: String, Sendable, CaseIterable {
        case projects, agents, posts, communities, chat, users, organizations, notifications, tags
        case wallet, commands, settings, billing, memory, databases, storage
        /// Has no `:read`.
        case uploads
    }

    /// Every scope that there is, in the order of the documentation.
    public static let all: [Scope] =
        Resource.allCases.flatMap { $0 == .uploads ? [.write($0)] : [.read($0), .write($0)] }
        + [.admin, .readEverything, .writeEverything, .deleteEverything]

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// - Returns: `nil` where no scope has this name.
    public init?(_ name: String) {
        guard let scope = Self.byName[name] else { return nil }
        self = scope
    }

    /// Whether only an organization's owner has it.
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
    /// As they are stored with a key and carried by a caller.
    public let names: Set<String>

    /// The scopes of a key that was checked when it was made.
    ///
    /// A name that no scope has grants
    /// nothing.
    public init(_ names: Set<String>) { self.names = names }

    /// The scopes of a request.
    ///
    /// - Throws: ``InvalidScopes`` with every name that no scope has.
    public init(parsing names: some Sequence<String>) throws(InvalidScopes) {
        let names = Array(names)
        let offenders = names.filter { Scope($0) == nil }
        guard offenders.isEmpty else { throw InvalidScopes(offenders: offenders) }
        self.names = Set(names)
    }

    /// Whether a call that needs `needed` may go ahead.
    ///
    /// A DELETE call says so in `isDelete`: `write` does not grant it, and `delete` nothing else.
    public func permits(_ needed: Scope, isDelete: Bool = false) -> Bool {
        if contains(needed) || contains(.admin) { return true }
        return switch needed {
        case .read: contains(.readEverything)
        case .write: contains(isDelete ? .deleteEverything : .writeEverything)
        case .readEverything, .writeEverything, .deleteEverything, .admin: false
        }
    }

    /// Whether a key with `scope` can do nothing that this set does not permit.
    public func covers(_ scope: Scope) -> Bool {
        if contains(scope) || contains(.admin) { return true }
        switch scope {
        case .read: return contains(.readEverything)
        // Named in full, it deletes as well.
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

    /// The scopes of a session: all but `admin`, and for a member also without those that manage
    /// the organization.
    public static func session(isOwner: Bool) -> ScopeSet {
        let scopes = Scope.all.filter { $0 != .admin && (isOwner || !$0.isOwners) }
        return ScopeSet(Set(scopes.map(\.name)))
    }

    private func contains(_ scope: Scope) -> Bool { names.contains(scope.name) }
}

/// The answer `invalid_scope`.
public struct InvalidScopes: Error, Sendable, Hashable {
    /// In the order in which they were sent.
    public let offenders: [String]

    public init(offenders: [String]) { self.offenders = offenders }
}

extension InvalidScopes: CustomStringConvertible {
    public var description: String { "unknown scopes: " + offenders.joined(separator: ", ") }
}
