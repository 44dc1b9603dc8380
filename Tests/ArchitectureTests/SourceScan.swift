/// The properties of a source text that the rules check.
extension SourceText {
    /// The imported modules, in the order of the text.
    var imports: [String] {
        code.split(separator: "\n").compactMap { line in
            let words = line.split { $0 == " " || $0 == ";" }
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count else {
                return nil
            }
            let rest = words[(place + 1)...]
            let kinds: Set<Substring> = [
                "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
            ]
            let path = kinds.contains(rest[rest.startIndex]) ? rest.dropFirst().first : rest.first
            return path?.split(separator: ".").first.map(String.init)
        }
    }

    /// The names of the types, functions and extended types that the code declares, at any depth.
    var declarations: Set<String> {
        let kinds: Set<Substring> = [
            "actor", "class", "enum", "extension", "func", "protocol", "struct", "typealias",
        ]
        return Set(
            code.split(separator: "\n").flatMap { line -> [String] in
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }
                return zip(words, words.dropFirst()).filter { kinds.contains($0.0) }
                    .flatMap { $0.1.split(separator: ".").map(String.init) }
            }
        )
    }

    /// Every word of the code: names, keywords, numbers.
    var words: Set<Substring> {
        Set(code.split { !$0.isLetter && !$0.isNumber && $0 != "_" })
    }

    var hasBalancedBraces: Bool {
        code.count { $0 == "{" } == code.count { $0 == "}" }
    }

    struct Function: Equatable {
        /// The number of its first line, from 1.
        let line: Int
        let lineCount: Int
    }

    /// Every function and initializer with a body, nested ones included.
    var functions: [Function] {
        let tokens = Token.all(in: code)
        return tokens.indices.compactMap { index in
            let token = tokens[index]
            let isFunction = ["func", "init", "deinit", "subscript"].contains(token.text)
            let isMember = index > 0 && tokens[index - 1].text == "."
            guard isFunction, !isMember, let end = Token.endOfBody(tokens[(index + 1)...]) else {
                return nil
            }
            return Function(line: token.line, lineCount: end - token.line + 1)
        }
    }

    /// Every top-level block in braces, for C.
    var topLevelBlocks: [Function] {
        var blocks: [Function] = []
        var depth = 0
        var start = 0
        for token in Token.all(in: code) {
            if token.text == "{" {
                if depth == 0 { start = token.line }
                depth += 1
            } else if token.text == "}" {
                depth -= 1
                if depth == 0 {
                    blocks.append(Function(line: start, lineCount: token.line - start + 1))
                }
            }
        }
        return blocks
    }
}

/// A word, or another single character, with its line.
private struct Token {
    let text: Substring
    let line: Int

    /// The words that begin another declaration, so that the one before has no body.
    private static let declarations: Set<Substring> = [
        "func", "init", "deinit", "subscript", "var", "let", "case", "static", "mutating",
        "associatedtype", "typealias", "struct", "enum", "class", "public", "private",
    ]

    static func all(in code: String) -> [Token] {
        var tokens: [Token] = []
        var lineNumber = 0
        for line in code.split(separator: "\n", omittingEmptySubsequences: false) {
            lineNumber += 1
            var rest = line
            while let first = rest.first {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                let text = word.isEmpty ? rest.prefix(1) : word
                if first != " " { tokens.append(Token(text: text, line: lineNumber)) }
                rest = rest.dropFirst(text.count)
            }
        }
        return tokens
    }

    /// Returns the line of the closing brace of a declaration's body, given the tokens after the
    /// declaration; `nil` if it has no body.
    static func endOfBody(_ tokens: ArraySlice<Token>) -> Int? {
        var parentheses = 0
        var braces = 0
        for token in tokens {
            switch token.text {
            case "(": parentheses += 1
            case ")": parentheses -= 1
            // A brace inside the parameters' parentheses, such as `= {}`, is not the body's.
            case "{" where parentheses == 0 || braces > 0: braces += 1
            case "}" where parentheses == 0 || braces > 0:
                braces -= 1
                if braces == 0 { return token.line }
                if braces < 0 { return nil }
            default:
                if braces == 0, parentheses == 0, declarations.contains(token.text) { return nil }
            }
        }
        return nil
    }
}
