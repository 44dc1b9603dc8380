import Domain
import HTTPTypes
import JSON

/// The whole interface as an OpenAPI 3.1 document, made once from what stands beside each route.
///
/// It tells of this server: the languages that this machine has, and the ceilings of its operator's
/// plans. `GET /openapi.json` is its text, and the pages at `/docs` are made of it.
struct OpenAPIDocument: Sendable {
    let json: JSONValue

    init(
        _ table: RouteTable,
        configuration: APIConfiguration,
        runtimes: Runtimes,
        plans: Plans
    ) {
        let endpoints = table.routes.compactMap(Endpoint.init)
        let schemas = Schemas.all(runtimes: runtimes, plans: plans)
        let security = SecuritySchemes(
            allowsQueryKey: configuration.allowsQueryKey,
            hasDispatcher: configuration.dispatcherSecret != nil
        )
        let writer = OperationWriter(
            security: security,
            links: Links(endpoints),
            schemas: .object(schemas)
        )
        json = [
            "openapi": "3.1.1", "info": Self.info(version: configuration.version),
            "servers": [["url": "/", "description": "This server"]],
            "tags": Self.tags(endpoints), "paths": Self.paths(endpoints, writer),
            "webhooks": Self.webhooks,
            "components": [
                "schemas": .object(schemas), "responses": Refusals.responses,
                "headers": ResponseHeader.components, "securitySchemes": security.components,
            ],
        ]
    }

    private static func paths(_ endpoints: [Endpoint], _ writer: OperationWriter) -> JSONValue {
        var paths: JSONValue = .object([])
        for endpoint in endpoints {
            var item = paths[endpoint.path] ?? .object([])
            item[endpoint.method.rawValue.lowercased()] = writer.json(endpoint)
            paths[endpoint.path] = item
        }
        return paths
    }

    private static func tags(_ endpoints: [Endpoint]) -> JSONValue {
        let used = Set(endpoints.map(\.operation.group))
        return .array(
            Operation.Group.allCases.filter(used.contains).map { group in
                ["name": .string(group.rawValue), "description": .string(group.about)]
            }
        )
    }

    private static func info(version: String) -> JSONValue {
        [
            "title": "Quicksand", "version": .string(version),
            "summary": "Runs untrusted code, each program in a jail of its own.",
            "description": .string(about),
            "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
        ]
    }

    private static let about = """
        Every path below `/api/v1` can also be had below `/v1`. Bodies are JSON in UTF-8, or a \
        form where it says so; a member or a parameter that is not known is refused by name, and \
        `null` is the same as absent.

        An answer is `{"success": true, "data": …}`, a page of a list has `pagination` beside it, \
        and a refusal is `{"success": false, "error": {"code", "message", "details"}}`. Whatever \
        the path, another method than its own is `METHOD_NOT_ALLOWED` (405), and what is no \
        acceptable HTTP at all is `VALIDATION_ERROR` (400). Every answer has an `X-Request-Id`, \
        which may be the caller's own.

        A credential goes into `Authorization: Bearer …`, `Authorization: Token …`, \
        `Authorization: …` or `X-API-Key: …`. Whoever has signed in and belongs to several \
        organizations says for which one it acts in `X-Organization-Id`. Another organization's \
        things are `NOT_FOUND` (404), as if there were none. Once it is known who asks, every \
        answer says where that one stands with its rates.
        """

    private static let aboutWebhook = """
        Sent to the `callback_url`, signed by Standard Webhooks 1.0 with the organization's \
        secret: `webhook-id` is the same for every attempt, `webhook-timestamp` is in Unix \
        seconds, and `webhook-signature` is `v1,` and a signature. Whatever is not 2xx is tried \
        again after 5 s, 30 s, 2 min, 15 min, 1 h, 4 h and 12 h; 410 ends it.
        """

    private static let webhooks: JSONValue = [
        "execution.finished": webhook(
            "executionFinished",
            "An execution with a `callback_url` has ended",
            "ExecutionFinished"
        ),
        "task.finished": webhook(
            "taskFinished",
            "A task with a `callback_url` has ended",
            "TaskFinished"
        ),
    ]

    private static func webhook(
        _ id: String,
        _ summary: String,
        _ schema: String
    ) -> JSONValue {
        [
            "post": [
                "operationId": .string(id), "tags": ["Deliveries"], "summary": .string(summary),
                "description": .string(aboutWebhook),
                "requestBody": [
                    "required": true,
                    "content": ["application/json": ["schema": .schema(schema)]],
                ],
                "responses": ["2XX": ["description": "It was taken."]],
            ]
        ]
    }
}

extension Operation.Group {
    /// What the chapter is about.
    var about: String {
        switch self {
        case .executions: "Code in, result out; and what can be run, how often, and how much of it."
        case .projects: "Files, settings and limits that are kept, to be executed again and again."
        case .tasks: "Executions that an agent queues, with priorities, schedules and attempts."
        case .deliveries: "Results on their way to callback URLs."
        case .accounts: "Sign up, sign in, and who you are."
        case .keys: "Credentials for programs: made, looked at, revoked."
        case .organizations: "Whose everything is, and who belongs to it."
        case .tokens: "Short-lived tokens in place of a key (OAuth 2.0, client credentials)."
        case .service: "The service itself."
        }
    }
}
