import HTTPTypes
import Hummingbird
import JSON

/// The documentation, as machines and as people read it: each written once.
struct DocumentationRoutes: Sendable {
    private let document: [UInt8]
    /// Made for its first reader: it takes longer than all else at the start of the API.
    private let page: Once<WebPage>

    init(_ document: OpenAPIDocument) {
        self.document = JSONWriter.bytes(of: document.json)
        page = Once { DocumentationPage(document.json).page }
    }

    private init() {
        document = []
        page = Once { WebPage([], style: []) }
    }

    /// What its own routes are called, for the document to tell of; nothing is behind them yet.
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
