import JSON

/// The `curl` command that makes one call.
struct CurlCommand {
    let method: String
    let path: String
    let operation: JSONValue

    var text: String {
        var lines = ["curl -s\(verb) \"$SERVER\(filledPath)\""]
        if needsCredential { lines.append("-H \"Authorization: Bearer $KEY\"") }
        if let (type, example) = body {
            lines.append("-H 'Content-Type: \(type)'")
            lines.append(Self.data(type, example))
        }
        return lines.joined(separator: " \\\n  ")
    }

    private var verb: String {
        let usual = operation["requestBody"] == nil ? "GET" : "POST"
        return method == usual ? "" : " -X \(method)"
    }

    private var needsCredential: Bool {
        let ways = operation["security"]?.elements ?? []
        return !ways.isEmpty && !ways.contains(where: \.members.isEmpty)
    }

    private var filledPath: String {
        (operation["parameters"]?.elements ?? []).reduce(path) { path, parameter in
            guard case .string(let example)? = parameter["schema"]?["examples"]?.elements.first
            else { return path }
            return path.replacing("{\(parameter.text("name"))}", with: example)
        }
    }

    private var body: (type: String, example: JSONValue?)? {
        operation["requestBody"]?["content"]?.members.first.map { ($0.name, $0.value["example"]) }
    }

    private static func data(_ type: String, _ example: JSONValue?) -> String {
        guard let example else { return "--data-binary @FILE" }
        guard type.hasSuffix("urlencoded") else {
            return "-d \(quoted(JSONLayout.text(example)))"
        }
        return example.members.map { field in
            "--data-urlencode \(quoted("\(field.name)=\(JSONLayout.plain(field.value))"))"
        }.joined(separator: " \\\n  ")
    }

    /// Returns the text in single quotation marks for a shell.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
