import Domain
import Foundation
import JSON

// The values in requests for executions, projects and tasks.

extension Codec<String> {
    /// The schema lists the languages of this machine.
    ///
    /// The reader accepts any name, and ``RuntimeReader`` reports an unknown one.
    static var language: Codec {
        Codec.text(bytesMax: ExecutionReader.nameBytesMax).documented(as: .schema("Language"))
    }

    static var version: Codec {
        .text(
            "An exact version, or a prefix up to a dot; the default is the newest.",
            min: 1,
            max: ExecutionReader.nameBytesMax
        )
    }

    /// Returns a path that keeps the rules of ``RelativePath``; its schema states them in one
    /// pattern.
    static func relativePath(_ about: String) -> Codec {
        entry(about).checked { text, path throws(APIError) in
            try RelativePath.check(text, at: path)
        }
    }

    /// Returns the path of the main file.
    ///
    /// The reader checks only its length, since the path is looked up among files whose paths are
    /// valid.
    static func entry(_ about: String) -> Codec {
        let component =
            "(?!\\.{1,2}(?:/|$))[^/\\u0000-\\u001f\\u007f-\\u009f]"
            + "{1,\(RelativePath.componentBytesMax)}"
        return .text(
            about,
            max: RelativePath.bytesMax,
            pattern: "^\(component)(?:/\(component)){0,\(RelativePath.componentsMax - 1)}$",
            example: "src/main.py"
        )
    }

    static var callbackURL: Codec {
        Codec.text(
            "The server posts the finished execution there. Public addresses only.",
            max: CallbackURL.bytesMax,
            pattern: URLPattern.web,
            format: "uri",
            example: "https://example.com/done"
        ).checked { text, path throws(APIError) in
            do throws(CallbackURLError) {
                _ = try CallbackURL(text)
            } catch {
                throw .field(path, "\(error)")
            }
        }
    }

    static func withoutNUL(bytesMax: Int) -> Codec {
        Codec.text(max: bytesMax, pattern: "^[^\\u0000]*$").checked {
            text,
            path throws(APIError) in
            guard !text.utf8.contains(0) else { throw .field(path, "must not hold a NUL") }
        }
    }

    static var environmentValue: Codec {
        .withoutNUL(bytesMax: ProgramInputReader.totalBytesMax)
    }

    /// The encoding of a source file's content.
    static var contentEncoding: Codec {
        let encodings = EncodedBytes.Encoding.allCases.map(\.rawValue)
        let schema = JSONValue.choice("Of `content`; the default is `utf-8`.", encodings)
        return Codec.text(bytesMax: ExecutionReader.nameBytesMax).documented(as: schema)
            .checked { text, path throws(APIError) in
                guard encodings.contains(text) else {
                    throw .field(path, "must be `utf-8` or `base64`", value: .string(text))
                }
            }
    }
}

extension Codec {
    /// Returns environment variables.
    ///
    /// Every name that a shell could set is accepted, also `LD_PRELOAD`: it takes effect inside the
    /// jail, where it can do no more than the program itself.
    static func environment<Element>(
        of value: Codec<Element>
    ) -> Codec where Value == [String: Element] {
        .map(
            "Environment variables.",
            names: .text(
                max: ProgramInputReader.environmentNameBytesMax,
                pattern: "^[A-Za-z_][A-Za-z0-9_]*$"
            ),
            of: value,
            max: ProgramInputReader.environmentMax
        ) { name, _, path throws(APIError) in
            guard ProgramInputReader.isName(name) else {
                throw .field(
                    path,
                    "must be named by letters, digits and `_`, not starting with a digit"
                )
            }
        }
    }
}

extension Codec<[String: String]> {
    static var metadata: Codec {
        let most = ExecutionReader.metadataKeyCharactersMax
        return .map(
            "Your own pairs, returned unchanged.",
            names: .text(min: 1, max: most),
            of: .prose(charactersMax: ExecutionReader.metadataValueCharactersMax),
            max: ExecutionReader.metadataPairsMax
        ) { name, path, _ throws(APIError) in
            let length = name.unicodeScalars.count
            guard (1...most).contains(length) else {
                throw .field(
                    path,
                    "must have keys of 1 to \(most) characters",
                    value: JSONValue(length),
                    limit: JSONValue(most)
                )
            }
        }
    }
}

extension Codec<JSONValue> {
    /// Returns a value that the reader passes on unchecked, since it depends on other values.
    static func unread(_ schema: JSONValue) -> Codec {
        Codec(schema: schema, encode: { $0 }, decode: { value, _ in value })
    }
}

extension RelativePath {
    static func check(_ text: String, at path: String) throws(APIError) {
        if let flaw = flaw(in: text) { throw .field(path, flaw, value: .string(text)) }
    }
}
