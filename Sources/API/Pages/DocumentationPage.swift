import Foundation
import JSON

/// The page at `/docs`: the whole document for a reader, made of the document itself.
struct DocumentationPage {
    private let document: JSONValue

    init(_ document: JSONValue) { self.document = document }

    var page: WebPage {
        WebPage(
            PackageResources.docs_html,
            style: PackageResources.docs_css,
            parts: [
                "contents": contents,
                "main": opening + chapters.map(\.html).joined() + objects + headers,
            ]
        )
    }

    private var opening: String {
        let info = document["info"] ?? .null
        return """
            <header>
            <h1>Quicksand <small>\(HTMLText.escaped(info.text("version")))</small></h1>
            <p>\(HTMLText.line(info.text("summary")))
            <a href="/">Try it</a> · <a href="/openapi.json">OpenAPI 3.1</a></p>
            </header>
            \(HTMLText.paragraphs(info.text("description")))
            <p>In the examples, <code>$SERVER</code> is this server and <code>$KEY</code> the \
            credential.</p>

            """
    }

    private var contents: String {
        let parts = chapters.map { chapter in
            """
            <p><a href="#\(chapter.anchor)">\(HTMLText.escaped(chapter.name))</a></p>
            <ul>
            \(chapter.entries)</ul>

            """
        }
        return parts.joined() + """
            <p><a href="#objects">Objects</a></p>
            <p><a href="#headers">Headers</a></p>

            """
    }

    private var objects: String {
        let schemas = document["components"]?["schemas"] ?? .null
        let table = SchemaTable(schemas: schemas)
        let articles = schemas.members.map { schema in
            """
            <article id="\(SchemaTable.anchor(schema.name))">
            <h3>\(SchemaTable.link(schema.name))</h3>
            <p>\(HTMLText.line(schema.value.text("description")))</p>
            \(table.html(schema.value))</article>

            """
        }
        return "<section id=\"objects\">\n<h2>Objects</h2>\n\(articles.joined())</section>\n"
    }

    private var headers: String {
        let headers = document["components"]?["headers"]?.members ?? []
        let rows = headers.map { header in
            HTMLText.row([
                HTMLText.code(header.name), HTMLText.line(header.value.text("description")),
            ])
        }
        return """
            <section id="headers">
            <h2>Headers</h2>
            <p>Headers of answers.</p>
            \(HTMLText.table(["Header", "Meaning"], rows))</section>

            """
    }
}

// Chapters
extension DocumentationPage {
    private struct Chapter {
        let name: String
        let about: String
        let sections: [OperationSection]
        let webhooks: [WebhookSection]

        var anchor: String { "chapter-" + name.lowercased().replacing(" ", with: "-") }

        var html: String {
            """
            <section id="\(anchor)">
            <h2>\(HTMLText.escaped(name))</h2>
            <p>\(HTMLText.line(about))</p>
            \(sections.map(\.html).joined())\(webhooks.map(\.html).joined())</section>

            """
        }

        var entries: String {
            sections.map(\.entry).joined() + webhooks.map(\.entry).joined()
        }
    }

    private var chapters: [Chapter] {
        let sections = (document["paths"]?.members ?? []).flatMap { path in
            path.value.members.map { method in
                OperationSection(
                    path: path.name,
                    method: method.name.uppercased(),
                    operation: method.value,
                    document: document
                )
            }
        }
        let webhooks = (document["webhooks"]?.members ?? []).compactMap { $0.value["post"] }
        return (document["tags"]?.elements ?? []).map { tag in
            let isOfTag = { (operation: JSONValue) in
                operation["tags"]?.elements.first == tag["name"]
            }
            return Chapter(
                name: tag.text("name"),
                about: tag.text("description"),
                sections: sections.filter { isOfTag($0.operation) },
                webhooks: webhooks.filter(isOfTag).map(WebhookSection.init)
            )
        }
    }
}
