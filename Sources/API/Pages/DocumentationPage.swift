import Foundation
import JSON

/// The page at `/docs`: the whole document, in the layout of `docs.mustache`.
///
/// The template reads the document itself; this type adds the values that the document lacks.
struct DocumentationPage {
    private let document: JSONValue
    private let schemas: JSONValue

    init(_ document: JSONValue) {
        self.document = document
        schemas = document["components"]?["schemas"] ?? .null
    }

    var page: WebPage {
        WebPage(
            PackageResources.docs_mustache,
            of: [
                "info": document["info"] ?? .null, "chapters": .array(chapters),
                "objects": .array(objects),
                "headers": document["components"]?["headers"] ?? .null,
            ],
            style: PackageResources.docs_css
        )
    }

    private var chapters: [JSONValue] {
        let webhooks = (document["webhooks"]?.members ?? []).compactMap { $0.value["post"] }
        let operations = operations
        return (document["tags"]?.elements ?? []).map { tag in
            let isOfTag = { (operation: JSONValue) in
                operation["tags"]?.elements.first == tag["name"]
            }
            let anchor = tag.text("name").lowercased().replacing(" ", with: "-")
            var chapter = tag
            chapter["anchor"] = .string("chapter-" + anchor)
            chapter["operations"] = .array(operations.filter(isOfTag))
            chapter["webhooks"] = .array(webhooks.filter(isOfTag))
            return chapter
        }
    }

    private var operations: [JSONValue] {
        (document["paths"]?.members ?? []).flatMap { path in
            path.value.members.map { method in
                operation(method.value, method: method.name.uppercased(), path: path.name)
            }
        }
    }

    private func operation(_ operation: JSONValue, method: String, path: String) -> JSONValue {
        let body = operation["requestBody"]?["content"]?.members.first?.value["schema"] ?? .null
        let responses = (operation["responses"]?.members ?? []).map { response in
            JSONValue.Member(name: response.name, value: resolved(response.value))
        }
        var view = operation
        view["method"] = .string(method)
        view["path"] = .string(path)
        view["access"] = .string(Self.access(operation["security"]?.elements ?? []))
        view["fields"] = SchemaTable(schemas: schemas).fields(
            SchemaReference.resolve(body, in: schemas)
        )
        view["call"] = .string(
            CurlCommand(method: method, path: path, operation: operation).text
        )
        view["responses"] = .object(responses)
        return view
    }

    private static func access(_ ways: [JSONValue]) -> String {
        guard let way = ways.first(where: { !$0.members.isEmpty })?.members.first else {
            return "Needs no credential."
        }
        if ways.contains(where: \.members.isEmpty) { return "A credential is optional." }
        let scopes = way.value.elements.map { "`\(JSONLayout.plain($0))`" }
        return scopes.isEmpty
            ? "Needs a credential." : "Needs the scope \(scopes.joined(separator: ", "))."
    }

    private func resolved(_ response: JSONValue) -> JSONValue {
        let prefix = "#/components/responses/"
        let reference = response.text("$ref")
        guard reference.hasPrefix(prefix) else { return response }
        return document["components"]?["responses"]?[String(reference.dropFirst(prefix.count))]
            ?? .null
    }

    private var objects: [JSONValue] {
        schemas.members.map { schema in
            [
                "name": .string(schema.name), "schema": schema.value,
                "fields": SchemaTable(schemas: schemas).fields(schema.value),
            ]
        }
    }
}
