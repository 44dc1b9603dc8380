import HTTPTypes
import JSON

/// The documentation of one route, written beside the route itself.
///
/// `OpenAPIDocument` is made of operations. Answers that all routes of a kind share (401 if a
/// credential is needed, 413 if there is a body) are derived and not repeated here.
struct Operation: Sendable {
    /// The unique name, such as `createExecution`.
    let id: String
    let group: Group
    /// The summary: a few words, without a full stop.
    let summary: String
    /// The details: sentences, in CommonMark.
    var details = ""
    let access: Access
    var parameters: [Parameter] = []
    var body: Body?
    let answers: [Answer]
    /// The refusals that are not derived from the other properties.
    var refusals: [APIError.Code] = []
    /// The tokens of `requests_per_minute` that a request takes; `nil` for those of its method.
    var cost: Int?

    /// The chapters of the documentation, in their order.
    enum Group: String, Sendable, CaseIterable {
        case executions = "Executions"
        case projects = "Projects"
        case tasks = "Agent tasks"
        case deliveries = "Deliveries"
        case accounts = "Accounts"
        case keys = "API keys"
        case organizations = "Organizations"
        case tokens = "Access tokens"
        case service = "The service"
    }

    enum Access: Sendable {
        /// No credential is needed or read.
        case anyone
        /// A credential may be sent.
        case optional
        case scope(String)
        /// A session's token, not a key.
        case session
        /// The shared secret of the dispatcher, or a key with the scope.
        case dispatcher(String)
        /// The credentials of an OAuth client: a key's id and the key.
        case client
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }

        let name: String
        let place: Place
        let summary: String
        let schema: JSONValue
        var isRequired = false
    }

    indirect enum Body: Sendable {
        /// The same fields, as JSON or as a form.
        case jsonOrForm(schema: JSONValue, example: JSONValue)
        case json(schema: JSONValue, example: JSONValue)
        case form(schema: JSONValue, example: JSONValue)
        /// Raw bytes of any type.
        case bytes
        /// The body may be absent.
        case optional(Body)
    }

    struct Answer: Sendable {
        enum Content: Sendable {
            case nothing
            /// JSON without the envelope.
            case plain(JSONValue)
            /// One value, which is `data` in the envelope.
            case data(JSONValue)
            /// A page of values in the envelope.
            case list(JSONValue)
            case text(type: String)
            /// `application/octet-stream`.
            case bytes
        }

        let status: Int
        let summary: String
        let content: Content
        var headers: [String] = []
        var example: JSONValue?
    }
}
