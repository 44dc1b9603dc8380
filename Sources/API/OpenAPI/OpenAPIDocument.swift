import Domain
import HTTPTypes
import JSON

/// The whole API as an OpenAPI 3.1 document, made once from the operations beside the routes.
///
/// It describes this server: the languages of this machine, and the ceilings of its operator's
/// plans. `GET /openapi.json` answers with its text, and the pages at `/docs` are made from it.
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
        Every path below `/api/v1` also exists below `/v1`. Bodies are JSON in UTF-8, or a form \
        where the operation says so. The server refuses an unknown field or parameter by name. \
        `null` means absent.

        An answer is `{"success": true, "data": …}`, a page of a list also has `pagination`, and \
        a refusal is `{"success": false, "error": {"code", "message", "details"}}`. On every \
        path, a wrong method is `METHOD_NOT_ALLOWED` (405), and malformed HTTP is \
        `VALIDATION_ERROR` (400). Every answer has an `X-Request-Id`; a caller may send its own.

        A credential goes into `Authorization: Bearer …`, `Authorization: Token …`, \
        `Authorization: …` or `X-API-Key: …`. A user with several organizations names one in \
        `X-Organization-Id`. Another organization's objects are `NOT_FOUND` (404). Every answer \
        to an identified caller has its rates in headers.
        """

    private static let aboutWebhook = """
        The server posts it to the `callback_url`, signed by Standard Webhooks 1.0 with the \
        organization's secret: `webhook-id` is the same for every attempt, `webhook-timestamp` \
        is in Unix seconds, and `webhook-signature` is `v1,` and a signature. A 2xx answer \
        delivers. The server retries any other answer after 5 s, 30 s, 2 min, 15 min, 1 h, 4 h \
        and 12 h; 410 ends the retries.
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
                "responses": ["2XX": ["description": "Delivered."]],
            ]
        ]
    }
}

extension Operation.Group {
    /// The introduction of the chapter.
    var about: String {
        switch self {
        case .executions: "Run code; list languages, rates and limits."
        case .projects: "Files, settings and limits to run again and again."
        case .tasks: "Queued executions of agents, with schedules, priorities and retries."
        case .deliveries: "Results on their way to callback URLs."
        case .accounts: "Sign up, sign in, and your user."
        case .keys: "Credentials for programs."
        case .organizations: "Owners of every object, and their members."
        case .tokens: "Short-lived tokens in place of a key (OAuth 2.0, client credentials)."
        case .service: "The service itself."
        }
    }
}
