import HTTPTypes
import Hummingbird
import JSON

/// The routes of the documentation: the document for machines and the page for people, each made
/// once.
struct DocumentationRoutes: Sendable {
    private let document: [UInt8]
    /// The page, made at the first request: making it takes longer than the rest of the API's
    /// start.
    private let page: Once<WebPage>

    init(_ document: OpenAPIDocument) {
        self.document = JSONWriter.bytes(of: document.json)
        page = Once { DocumentationPage(document.json).page }
    }

    private init() {
        document = []
        page = Once { WebPage([], style: []) }
    }

    /// The routes without content, by which the document can describe its own routes.
    static let unwritten = DocumentationRoutes()

    var routes: [Route] {
        [
            Route(.get, "openapi.json", .document) { _, _ in
                Responses.text(document, type: Responses.json)
            },
            Route(.get, "docs", .documentation) { _, _ in
                let page = page.value
                return Responses.text(
                    page.html.utf8,
                    type: "text/html; charset=utf-8",
                    headers: [
                        .contentSecurityPolicy: page.contentSecurityPolicy,
                        .referrerPolicy: "no-referrer",
                    ]
                )
            },
        ]
    }
}
