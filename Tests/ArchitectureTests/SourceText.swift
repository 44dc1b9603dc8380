/// A source text with its comments and string literals separated from its code, so that a word in a
/// sentence is never mistaken for code.
///
/// It knows the necessary part of Swift's grammar: nested comments, raw and multi-line literals,
/// interpolations, names in backquotes. C is similar enough.
struct SourceText {
    enum Kind { case code, comment, literal, name }

    /// The text with a space for every byte outside code; line numbers are unchanged.
    let code: String
    /// The number of characters in each line, without the content of string literals: a message to
    /// the user may be longer than a line of code.
    let columns: [Int]

    init(_ text: String) {
        let scan = Scan(text)
        code = scan.code
        columns = scan.columns
    }
}

/// One pass over a text, which classifies each byte.
private struct Scan {
    private let bytes: [UInt8]
    private var kinds: [SourceText.Kind]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        kinds = Array(repeating: .code, count: bytes.count)
        skimCode(untilParenthesis: false)
    }

    var code: String {
        let shown = zip(bytes, kinds).map { byte, kind in
            kind == .code || byte == Self.newline ? byte : UInt8(ascii: " ")
        }
        return String(decoding: shown, as: UTF8.self)
    }

    var columns: [Int] {
        let counted = zip(bytes, kinds).filter { byte, kind in
            kind != .literal || byte == Self.newline
        }
        return String(decoding: counted.map(\.0), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(\.count)
    }

    private static let newline = UInt8(ascii: "\n")

    private func at(_ offset: Int) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private func isHere(_ word: String) -> Bool {
        bytes[position...].starts(with: word.utf8)
    }

    private mutating func pass(_ count: Int, as kind: SourceText.Kind) {
        let end = min(position + count, bytes.count)
        for index in position..<end { kinds[index] = kind }
        position = end
    }

    private mutating func skimCode(untilParenthesis: Bool) {
        var depth = 0
        while let byte = at(0) {
            if isHere("//") {
                while let next = at(0), next != Self.newline { pass(1, as: .comment) }
            } else if isHere("/*") {
                skimComment()
            } else if let hashes = literalStart() {
                skimLiteral(hashes: hashes)
            } else if byte == UInt8(ascii: "`") {
                pass(1, as: .name)
                while let next = at(0), next != byte { pass(1, as: .name) }
                pass(1, as: .name)
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if untilParenthesis && depth == 0 { return }
                    depth -= 1
                }
                position += 1
            }
        }
    }

    private mutating func skimComment() {
        var depth = 0
        repeat {
            if isHere("/*") {
                depth += 1
                pass(2, as: .comment)
            } else if isHere("*/") {
                depth -= 1
                pass(2, as: .comment)
            } else {
                pass(1, as: .comment)
            }
        } while depth > 0 && position < bytes.count
    }

    /// Returns the number of `#` before the quotation mark here; `nil` if there is no quotation
    /// mark.
    private func literalStart() -> Int? {
        var hashes = 0
        while at(hashes) == UInt8(ascii: "#") { hashes += 1 }
        return at(hashes) == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func skimLiteral(hashes: Int) {
        pass(hashes, as: .literal)
        let quotes = isHere("\"\"\"") ? 3 : 1
        let marks = String(repeating: "#", count: hashes)
        let end = String(repeating: "\"", count: quotes) + marks
        pass(quotes, as: .literal)
        while position < bytes.count {
            if isHere(end) { return pass(end.utf8.count, as: .literal) }
            if isHere("\\" + marks + "(") {
                pass(hashes + 2, as: .literal)
                skimCode(untilParenthesis: true)
                pass(1, as: .literal)
            } else if isHere("\\" + marks) {
                pass(hashes + 2, as: .literal)
            } else {
                pass(1, as: .literal)
            }
        }
    }
}
