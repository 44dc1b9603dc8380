import HTTPTypes
import JSON

/// The documentation of one route, written beside the route itself.
///
/// `OpenAPIDocument` is made of these. What every route of a kind answers (401 where a credential
/// is needed, 413 where there is a body) follows from the rest and is not repeated.
struct Operation: Sendable {
    /// Unique, such as `createExecution`.
    let id: String
    let group: Group
    /// A few words, without a full stop.
    let summary: String
    /// Sentences, in CommonMark.
    var details = ""
    let access: Access
    var parameters: [Parameter] = []
    var body: Body?
    let answers: [Answer]
    /// The refusals that do not follow from the rest.
    var refusals: [APIError.Code] = []

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
        /// Nobody is asked who they are.
        case anyone
        /// A credential counts where there is one.
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
        /// The same fields as JSON and as a form.
        case jsonOrForm(schema: JSONValue, example: JSONValue)
        case json(schema: JSONValue, example: JSONValue)
        case form(schema: JSONValue, example: JSONValue)
        /// The bytes themselves, of whatever type.
        case bytes
        /// There need not be one.
        case optional(Body)
    }

    struct Answer: Sendable {
        enum Content: Sendable {
            case nothing
            /// A JSON text as it is, without the envelope.
            case plain(JSONValue)
            /// `data` in the envelope.
            case data(JSONValue)
            /// A page of these in the envelope.
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
