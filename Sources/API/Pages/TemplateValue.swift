import JSON
import Mustache

/// A value as templates read it: an object by its members' names, an array and a boolean as
/// sections, a text as it is and anything else laid out.
///
/// What an object lacks is looked for in those around it, but for a name with a dot before it,
/// which is of this object alone.
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
    /// The questions that templates may ask of a value, such as `{{{line(summary)}}}`.
    ///
    /// `line`, `paragraphs` and `type` give HTML, which three braces leave as it is.
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

    /// The schema of a body of one type; what carries one thing is told of by that thing.
    private var carried: JSONValue {
        let schema = json["schema"] ?? .null
        return schema["properties"]?["data"] ?? schema
    }

    private var examples: [JSONValue] {
        let named = json["examples"]?.members.compactMap { $0.value["value"] } ?? []
        return [json["example"]].compactMap(\.self) + named
    }
}
