import HTTPTypes
import Hummingbird

/// The documentation, as machines and as people read it: written once, at the start.
struct DocumentationRoutes: Sendable {
    private let document: [UInt8]
    private let page: [UInt8]

    init(_ document: OpenAPIDocument) {
        self.document = JSONWriter.bytes(of: document.json)
        page = Array(DocumentationPage(document.json).html.utf8)
    }

    private init() {
        document = []
        page = []
    }

    /// What its own routes are called, for the document to tell of; nothing is behind them yet.
    static let unwritten = DocumentationRoutes()

    var routes: [Route] {
        [
            Route(.get, "openapi.json", .document) { _, _ in
                Responses.text(document, type: Responses.json)
            },
            Route(.get, "docs", .documentation) { _, _ in
                Responses.text(
                    page,
                    type: "text/html; charset=utf-8",
                    headers: [
                        .contentSecurityPolicy: DocumentationPage.contentSecurityPolicy,
                        .referrerPolicy: "no-referrer",
                    ]
                )
            },
        ]
    }
}
