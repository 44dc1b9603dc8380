import Domain
import HTTPTypes
import JSON

/// Writes one operation of the document.
struct OperationWriter: Sendable {
    let security: SecuritySchemes
    let links: Links
    let schemas: JSONValue

    func json(_ endpoint: Endpoint) -> JSONValue {
        let operation = endpoint.operation
        var json: JSONValue = [
            "operationId": .string(operation.id), "tags": [.string(operation.group.rawValue)],
            "summary": .string(operation.summary),
        ]
        if !operation.details.isEmpty { json["description"] = .string(operation.details) }
        json["security"] = security.requirements(of: operation.access)
        if !operation.parameters.isEmpty {
            json["parameters"] = .array(operation.parameters.map(parameter))
        }
        json["requestBody"] = operation.body.map(body)
        json["responses"] = responses(endpoint)
        return json
    }

    private func parameter(_ parameter: Operation.Parameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "description": .string(parameter.summary), "required": .bool(parameter.isRequired),
            "schema": parameter.schema,
        ]
    }
}

// Bodies
extension OperationWriter {
    private func body(_ body: Operation.Body) -> JSONValue {
        let json = "application/json"
        let form = "application/x-www-form-urlencoded"
        let content: JSONValue =
            switch body {
            case .json(let schema, let example): [json: media(schema, example)]
            case .form(let schema, let example): [form: formMedia(schema, example)]
            case .jsonOrForm(let schema, let example):
                [json: media(schema, example), form: formMedia(schema, example)]
            case .bytes: [Self.bytes: .object([])]
            case .optional(let body): self.body(body)["content"] ?? .null
            }
        let isRequired = if case .optional = body { false } else { true }
        return ["required": .bool(isRequired), "content": content]
    }

    private func media(_ schema: JSONValue, _ example: JSONValue?) -> JSONValue {
        var media: JSONValue = ["schema": schema]
        media["example"] = example
        return media
    }

    /// Returns the media type of a form.
    ///
    /// A form cannot express lists and objects, so such fields contain a JSON text.
    private func formMedia(_ schema: JSONValue, _ example: JSONValue) -> JSONValue {
        var media = media(schema, example)
        let fields = SchemaReference.resolve(schema, in: schemas)["properties"]?.members ?? []
        let structured = fields.map(\.name).filter(FormBody.structured.contains)
        if !structured.isEmpty {
            media["encoding"] = .object(
                structured.map {
                    .init(name: $0, value: ["contentType": "application/json"])
                }
            )
        }
        return media
    }
}

// Answers
extension OperationWriter {
    private func responses(_ endpoint: Endpoint) -> JSONValue {
        let operation = endpoint.operation
        var responses: [(status: Int, value: JSONValue)] = []
        for answer in operation.answers {
            if let index = responses.firstIndex(where: { $0.status == answer.status }) {
                let content = (responses[index].value["content"]?.members ?? []) + content(answer)
                responses[index].value["content"] = .object(content)
            } else {
                responses.append((answer.status, response(answer, of: endpoint)))
            }
        }
        for code in endpoint.refusals
        where !responses.contains(where: { $0.status == code.status.code }) {
            let others = endpoint.refusals.filter { $0.status == code.status }
            responses.append((code.status.code, Refusals.response(others)))
        }
        return .object(
            responses.sorted { $0.status < $1.status }.map {
                .init(name: String($0.status), value: $0.value)
            }
        )
    }

    private func response(_ answer: Operation.Answer, of endpoint: Endpoint) -> JSONValue {
        let headers = answer.headers + (endpoint.isRated ? ResponseHeader.rates : [])
        var response: JSONValue = [
            "description": .string(answer.summary + "."),
            "headers": ResponseHeader.references(headers),
        ]
        let content = content(answer)
        if !content.isEmpty { response["content"] = .object(content) }
        response["links"] = (200..<300).contains(answer.status) ? links.json(from: endpoint) : nil
        return response
    }

    private func content(_ answer: Operation.Answer) -> [JSONValue.Member] {
        let json = "application/json"
        switch answer.content {
        case .nothing: return []
        case .bytes: return [.init(name: Self.bytes, value: .object([]))]
        case .text(let type):
            return [.init(name: type, value: media(["type": "string"], answer.example))]
        case .plain(let schema):
            return [.init(name: json, value: media(schema, answer.example))]
        case .data(let schema):
            let envelope = Envelope.data(schema)
            let example = answer.example.map(envelope.encode)
            return [.init(name: json, value: media(envelope.schema, example))]
        case .list(let schema):
            let example = answer.example.map { example in
                Listing(elements: [example], total: 1)
                    .json(Page(limit: QueryReader.limitDefault, offset: 0)) { $0 }
            }
            return [.init(name: json, value: media(Envelope.page(of: schema).schema, example))]
        }
    }

    private static let bytes = "application/octet-stream"
}

/// The refusals among the document's components.
enum Refusals {
    static let responses: JSONValue = .object(
        APIError.Code.allCases.map { code in
            .init(name: code.schemaName, value: inline([code]))
        }
    )

    /// Returns the response for the codes of one status; a status may have several.
    static func response(_ codes: [APIError.Code]) -> JSONValue {
        guard let only = codes.first, codes.count == 1 else { return inline(codes) }
        return ["$ref": .string("#/components/responses/" + only.schemaName)]
    }

    private static func inline(_ codes: [APIError.Code]) -> JSONValue {
        let references = codes.map { JSONValue.schema($0.schemaName) }
        let about = codes.map { "`\($0.rawValue)`: \($0.about)." }
        let examples = codes.map { code in
            JSONValue.Member(name: code.rawValue, value: ["value": code.example.envelope])
        }
        var headers: [String] = []
        for header in codes.flatMap(\.headers) where !headers.contains(header) {
            headers.append(header)
        }
        return [
            "description": .string(about.joined(separator: " ")),
            "headers": ResponseHeader.references(headers),
            "content": [
                "application/json": [
                    "schema": references.count == 1
                        ? references[0] : ["oneOf": .array(references)],
                    "examples": .object(examples),
                ]
            ],
        ]
    }
}

/// References to named schemas, and the schemas that they refer to.
enum SchemaReference {
    static let prefix = "#/components/schemas/"

    static func name(_ schema: JSONValue) -> String? {
        guard case .string(let reference)? = schema["$ref"], reference.hasPrefix(prefix) else {
            return nil
        }
        return String(reference.dropFirst(prefix.count))
    }

    static func resolve(_ schema: JSONValue, in schemas: JSONValue) -> JSONValue {
        name(schema).flatMap { schemas[$0] } ?? schema
    }
}
