import Cryptography
import Foundation

/// A page in one file, made of files of `Pages/Assets`, which the build puts into the program.
///
/// Nothing of it is loaded from anywhere, and its content security policy allows its own style and
/// script by their hashes and nothing else.
struct WebPage: Sendable {
    let html: String
    let style: String
    let script: String?
    let contentSecurityPolicy: String

    /// - Parameters:
    ///   - template: the page, where `{{style}}`, `{{script}}` and the names of `parts` stand for
    ///     what goes there.
    ///   - asksServer: whether its script may send requests to this server.
    init(
        _ template: [UInt8],
        style: [UInt8],
        script: [UInt8]? = nil,
        parts: [String: String] = [:],
        asksServer: Bool = false
    ) {
        let style = Self.element(style)
        let script = script.map(Self.element)
        let policy = [
            "default-src 'none'", script.map { "script-src '\(Self.hash($0))'" },
            "style-src '\(Self.hash(style))'", asksServer ? "connect-src 'self'" : nil,
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ]
        var parts = parts
        parts["style"] = style
        parts["script"] = script
        html = Self.fill(String(decoding: template, as: UTF8.self), with: parts)
        self.style = style
        self.script = script
        contentSecurityPolicy = policy.compactMap(\.self).joined(separator: "; ")
    }

    /// In one pass: what is put in is not looked at again.
    private static func fill(_ template: String, with parts: [String: String]) -> String {
        template.replacing(/{{([a-z]+)}}/) { parts[String($0.output.1)] ?? "" }
    }

    /// A file as the text of an element; the line feed that ends the file is none of it.
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
