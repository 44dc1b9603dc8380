import HTTPTypes
import JSON
import Testing

@testable import API

/// The server's own document, against which answers are checked.
struct Contract: Sendable {
    let document: JSONValue

    /// The checker for the document's schemas.
    var schemas: SchemaCheck { SchemaCheck(schemas: document["components"]?["schemas"] ?? .null) }

    /// Records every difference between an answer and the document.
    func check(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ reply: Reply,
        at sourceLocation: SourceLocation
    ) {
        guard let operation = operation(method, path) else { return }
        let place = "\(method) \(path): \(reply.status)"
        guard let response = operation["responses"]?["\(reply.status)"].map(resolved) else {
            Issue.record("\(place) is not documented", sourceLocation: sourceLocation)
            return
        }
        let missing = missingHeaders(response, reply)
        #expect(missing == [], "\(place)", sourceLocation: sourceLocation)
        #expect(flaws(response, reply) == [], "\(place)", sourceLocation: sourceLocation)
    }

    /// - Returns: `nil` if the document does not have the path or the method.
    private func operation(_ method: HTTPRequest.Method, _ path: String) -> JSONValue? {
        let path = path.prefix { $0 != "?" }
        let canonical = path.hasPrefix("/v1/") ? "/api" + path : String(path)
        let paths = document["paths"]?.members ?? []
        let item =
            paths.first { $0.name == canonical }
            ?? paths.first { Self.matches($0.name, canonical) }
        return item?.value[method.rawValue.lowercased()]
    }

    private static func matches(_ template: String, _ path: String) -> Bool {
        let wanted = template.split(separator: "/", omittingEmptySubsequences: false)
        let given = path.split(separator: "/", omittingEmptySubsequences: false)
        return wanted.count == given.count
            && zip(wanted, given).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }

    private func resolved(_ response: JSONValue) -> JSONValue {
        guard let reference = response["$ref"]?.text?.split(separator: "/").last else {
            return response
        }
        return document["components"]?["responses"]?[String(reference)] ?? .null
    }

    private func missingHeaders(_ response: JSONValue, _ reply: Reply) -> [String] {
        (response["headers"]?.members ?? []).map(\.name).filter { name in
            let header = document["components"]?["headers"]?[name]
            let field = HTTPField.Name(name)
            return header?["required"] == true && field.flatMap { reply.headers[$0] } == nil
        }
    }

    private func flaws(_ response: JSONValue, _ reply: Reply) -> [String] {
        let type = (reply.headers[.contentType] ?? "").prefix { $0 != ";" }
        guard let content = response["content"] else {
            return reply.text.isEmpty ? [] : ["has a body"]
        }
        guard let media = content[String(type)] else { return ["is of the type \(type)"] }
        guard type == "application/json" else { return [] }
        guard let value = try? StrictJSON.parse(Array(reply.text.utf8)) else {
            return ["is not JSON"]
        }
        return schemas.flaws(value, media["schema"] ?? .null)
    }
}

extension JSONValue {
    /// The text of a string; `nil` for any other value.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
