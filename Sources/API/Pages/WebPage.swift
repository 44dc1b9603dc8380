import Cryptography
import Foundation
import JSON
import Mustache

/// A page in one file, made from files of `Pages/Assets`, which the build embeds in the program.
///
/// The page loads no other file. Its content security policy permits its own style and script, by
/// their hashes, and nothing else.
struct WebPage: Sendable {
    let html: String
    let style: String
    let script: String?
    let contentSecurityPolicy: String

    /// - Parameters:
    ///   - template: the page, which uses the members of `content`, `style` and `script`.
    ///   - asksServer: whether the script may send requests to this server.
    init(
        _ template: [UInt8],
        of content: JSONValue = .object([]),
        style: [UInt8],
        script: [UInt8]? = nil,
        asksServer: Bool = false
    ) {
        let style = Self.element(style)
        let script = script.map(Self.element)
        let policy = [
            "default-src 'none'", script.map { "script-src '\(Self.hash($0))'" },
            "style-src '\(Self.hash(style))'", asksServer ? "connect-src 'self'" : nil,
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ]
        var content = content
        content["style"] = .string(style)
        content["script"] = script.map(JSONValue.string)
        html = Self.template(template).render(
            TemplateValue(json: content),
            library: Self.parts
        )
        self.style = style
        self.script = script
        contentSecurityPolicy = policy.compactMap(\.self).joined(separator: "; ")
    }

    /// The partials that templates include by name.
    private static let parts = MustacheLibrary(
        templates: [
            "fields": template(PackageResources.fields_mustache),
            "operation": template(PackageResources.operation_mustache),
            "webhook": template(PackageResources.webhook_mustache),
        ]
    )

    private static func template(_ file: [UInt8]) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: String(decoding: file, as: UTF8.self))
        } catch {
            preconditionFailure("a template of Pages/Assets: \(error)")
        }
    }

    /// Returns a file as the text of an element, without the line feed at the end of the file.
    private static func element(_ file: [UInt8]) -> String {
        String(
            decoding: file.last == UInt8(ascii: "\n") ? file.dropLast() : file[...],
            as: UTF8.self
        )
    }

    private static func hash(_ text: String) -> String {
        "sha256-" + Data(SHA256.digest(of: Data(text.utf8)).bytes).base64EncodedString()
    }
}
