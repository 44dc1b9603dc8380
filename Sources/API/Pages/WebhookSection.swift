import JSON

/// What this server sends to its callers, for a reader.
struct WebhookSection {
    let operation: JSONValue

    private var id: String { HTMLText.escaped(operation.text("operationId")) }
    private var summary: String { HTMLText.line(operation.text("summary")) }

    /// In the table of contents.
    var entry: String { "<li><a href=\"#\(id)\">\(summary)</a></li>\n" }

    var html: String {
        let content = operation["requestBody"]?["content"]?.members ?? []
        let bodies = content.map { media in
            let type = SchemaInWords.type(media.value["schema"] ?? .null)
            return "<p>\(HTMLText.code(media.name)): \(type)</p>\n"
        }
        return """
            <article id="\(id)">
            <h3><a href="#\(id)">\(summary)</a></h3>
            <p class="call"><span class="method">POST</span> to the callback URL</p>
            \(HTMLText.paragraphs(operation.text("description")))<h4>Body</h4>
            \(bodies.joined())</article>

            """
    }
}
