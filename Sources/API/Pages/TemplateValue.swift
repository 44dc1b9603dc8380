import JSON
import Mustache

/// A JSON value as templates read it: an object by its members' names, an array or a boolean as a
/// section, a string as it is, and any other value laid out.
///
/// A name that an object lacks is looked up in the enclosing objects, unless the name begins with a
/// dot.
struct TemplateValue: MustacheParent, MustacheCustomRenderable {
    let json: JSONValue

    func child(named name: String) -> Any? {
        switch json[name] {
        case .array(let elements): elements.map(TemplateValue.init)
        case .bool(let bool): bool
        case .null, nil: nil
        case let value?: TemplateValue(json: value)
        }
    }

    var renderText: String { JSONLayout.plain(json) }
    var isNull: Bool { json == .null }
}

extension TemplateValue: MustacheTransformable {
    /// Applies a function that templates may call on a value, such as `{{{line(summary)}}}`.
    ///
    /// `line`, `paragraphs` and `type` return HTML, which needs three braces to stay unescaped.
    func transform(_ question: String) -> Any? {
        switch question {
        case "line": HTMLText.line(renderText)
        case "paragraphs": HTMLText.paragraphs(renderText)
        case "type": SchemaInWords.type(json)
        case "carried": TemplateValue(json: carried)
        case "examples": examples.map(TemplateValue.init)
        case "members":
            json.members.map { member in
                TemplateValue(json: ["name": .string(member.name), "value": member.value])
            }
        default: nil
        }
    }

    /// The schema of a body; for a body in the envelope, the schema of its `data`.
    private var carried: JSONValue {
        let schema = json["schema"] ?? .null
        return schema["properties"]?["data"] ?? schema
    }

    private var examples: [JSONValue] {
        let named = json["examples"]?.members.compactMap { $0.value["value"] } ?? []
        return [json["example"]].compactMap(\.self) + named
    }
}
