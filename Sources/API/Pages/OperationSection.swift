import JSON

/// One operation of the document, for a reader.
struct OperationSection {
    let path: String
    let method: String
    let operation: JSONValue
    /// The whole document, for what the operation refers to.
    let document: JSONValue

    var id: String { operation.text("operationId") }

    var html: String {
        """
        <article id="\(HTMLText.escaped(id))">
        <h3><a href="#\(HTMLText.escaped(id))">\(HTMLText.line(operation.text("summary")))</a></h3>
        <p class="call"><span class="method">\(method)</span> \(HTMLText.code(path))</p>
        <p class="access">\(access)</p>
        \(HTMLText.paragraphs(operation.text("description")))\(parameters)\(body)\(call)\(answers)\
        </article>

        """
    }

    /// In the table of contents.
    var entry: String {
        let summary = HTMLText.line(operation.text("summary"))
        return "<li><a href=\"#\(HTMLText.escaped(id))\">\(summary)</a></li>\n"
    }

    private var access: String {
        let ways = operation["security"]?.elements ?? []
        guard let way = ways.first(where: { !$0.members.isEmpty })?.members.first else {
            return "Needs no credential."
        }
        if ways.contains(where: \.members.isEmpty) { return "A credential is optional." }
        let scopes = way.value.elements.map { HTMLText.code(JSONLayout.plain($0)) }
        return scopes.isEmpty
            ? "Needs a credential." : "Needs the scope \(scopes.joined(separator: ", "))."
    }

    private var parameters: String {
        let rows = (operation["parameters"]?.elements ?? []).map { parameter in
            let mark =
                parameter["required"] == true ? "" : " <span class=\"optional\">optional</span>"
            return HTMLText.row([
                HTMLText.code(parameter.text("name")) + mark, parameter.text("in"),
                SchemaInWords.type(parameter["schema"] ?? .null),
                HTMLText.line(parameter.text("description")),
            ])
        }
        guard !rows.isEmpty else { return "" }
        return "<h4>Parameters</h4>\n"
            + HTMLText.table(["Name", "Where", "Type", "Meaning"], rows)
    }

    private var body: String {
        guard let media = operation["requestBody"]?["content"]?.members, let first = media.first
        else { return "" }
        let types = media.map { HTMLText.code($0.name) }.joined(separator: " or ")
        let schema = first.value["schema"] ?? .null
        let resolved = SchemaReference.resolve(schema, in: schemas)
        return "<h4>Body</h4>\n<p>\(types)</p>\n" + SchemaTable(schemas: schemas).html(resolved)
    }

    private var call: String {
        "<h4>Example</h4>\n"
            + HTMLText.block(CurlCommand(method: method, path: path, operation: operation).text)
    }

    private var answers: String {
        let responses = operation["responses"]?.members ?? []
        return "<h4>Answers</h4>\n" + responses.map(answer).joined()
    }

    private func answer(_ member: JSONValue.Member) -> String {
        let response = resolved(member.value)
        let about = HTMLText.line(response.text("description"))
        let content = (response["content"]?.members ?? []).map(content).joined()
        return """
            <details>
            <summary><span class="status">\(member.name)</span> \(about)</summary>
            \(headers(response))\(content)</details>

            """
    }

    private func headers(_ response: JSONValue) -> String {
        let names = (response["headers"]?.members ?? []).map { header in
            "<a href=\"#headers\">\(HTMLText.code(header.name))</a>"
        }
        return names.isEmpty ? "" : "<p>Headers: \(names.joined(separator: ", "))</p>\n"
    }

    private func content(_ media: JSONValue.Member) -> String {
        let named = media.value["examples"]?.members.compactMap { $0.value["value"] } ?? []
        let examples = ([media.value["example"]].compactMap(\.self) + named).map { example in
            HTMLText.block(JSONLayout.plain(example))
        }
        let schema = media.value["schema"] ?? .null
        // What carries one thing is told of by that thing.
        let data = schema["properties"]?["data"] ?? schema
        let type = HTMLText.code(media.name) + ": " + SchemaInWords.type(data)
        return "<p>\(type)</p>\n" + examples.joined()
    }

    private var schemas: JSONValue { document["components"]?["schemas"] ?? .null }

    private func resolved(_ response: JSONValue) -> JSONValue {
        let prefix = "#/components/responses/"
        let reference = response.text("$ref")
        guard reference.hasPrefix(prefix) else { return response }
        let name = String(reference.dropFirst(prefix.count))
        return document["components"]?["responses"]?[name] ?? .null
    }
}
