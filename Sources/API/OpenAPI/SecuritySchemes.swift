import Identity
import JSON

/// The kinds of credentials, as OpenAPI security schemes.
struct SecuritySchemes: Sendable {
    let allowsQueryKey: Bool
    /// Whether the dispatcher shares a secret with this server.
    let hasDispatcher: Bool

    var components: JSONValue {
        .object(general + [Self.client] + (hasDispatcher ? [Self.dispatcher] : []))
    }

    /// Returns the alternatives.
    ///
    /// One of them suffices; an empty one means no credential.
    func requirements(of access: Operation.Access) -> JSONValue {
        switch access {
        case .anyone: []
        case .optional: .array([.object([])] + Self.each(of: general))
        case .scope(let scope): .array(Self.each(of: general, scopes: [scope]))
        case .dispatcher(let scope):
            .array(
                Self.each(of: general, scopes: [scope])
                    + (hasDispatcher ? Self.each(of: [Self.dispatcher]) : [])
            )
        case .session:
            .array(Self.each(of: general.filter { ["bearer", "session"].contains($0.name) }))
        // The client's credentials may also be in the body.
        case .client: .array(Self.each(of: [Self.client]) + [.object([])])
        }
    }

    private static func each(
        of schemes: [JSONValue.Member],
        scopes: [String] = []
    ) -> [JSONValue] {
        schemes.map { scheme in
            .object([.init(name: scheme.name, value: .array(scopes.map(JSONValue.string)))])
        }
    }

    private var general: [JSONValue.Member] {
        var schemes: JSONValue = [
            "bearer": [
                "type": "http", "scheme": "bearer",
                "description": .string(Self.aboutBearer),
            ],
            "header": [
                "type": "apiKey", "in": "header", "name": "X-API-Key",
                "description": "The same credential in its own header.",
            ],
            "session": [
                "type": "apiKey", "in": "cookie", "name": .string(SessionCookie.name),
                "description": .string(Self.aboutCookie),
            ],
            "accessToken": [
                "type": "oauth2", "description": "An access token in place of a key.",
                "flows": [
                    "clientCredentials": ["tokenUrl": "/oauth/token", "scopes": Self.scopes]
                ],
            ],
        ]
        if allowsQueryKey {
            schemes["query"] = [
                "type": "apiKey", "in": "query", "name": "apiKey",
                "description": "The same credential in the URL, for clients without headers.",
            ]
        }
        return schemes.members
    }

    private static let aboutBearer = """
        An API key (`sk_live_…`), a session's token (`qst_…`) or an access token. The server \
        also accepts `Authorization: Token …` and the credential alone.
        """

    private static let aboutCookie = """
        A session's token as a cookie. A request that changes something also needs this server's \
        `Origin`.
        """

    private static let client = JSONValue.Member(
        name: "client",
        value: [
            "type": "http", "scheme": "basic",
            "description": "A key's id as the name, the key itself as the password.",
        ]
    )

    private static let dispatcher = JSONValue.Member(
        name: "dispatcher",
        value: [
            "type": "http", "scheme": "bearer",
            "description": "The secret of the dispatcher for the tasks of all organizations.",
        ]
    )

    private static let scopes = JSONValue.object(
        Scope.all.map { .init(name: $0.name, value: .string($0.about)) }
    )
}

extension Scope {
    /// The description of the scope in the documentation.
    fileprivate var about: String {
        switch self {
        case .read(let resource): "Read \(resource.rawValue)"
        case .write(let resource): "Change and delete \(resource.rawValue)"
        case .readEverything: "Read everything"
        case .writeEverything: "Change everything, without deleting"
        case .deleteEverything: "Delete everything"
        case .admin: "Everything, and the operator's calls"
        }
    }
}
