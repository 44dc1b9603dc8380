import Domain

/// An argument vector of a manifest with placeholders, before the program is known.
///
/// `{program}` and `{output}` may be part of a word. `{entry}`, `{sources}`, `{arguments}` and
/// `{precompiled}` must be whole words, because one of them can become several words or none, and
/// none of them is ever inserted into text.
struct CommandTemplate: Hashable, Sendable {
    /// The path of the compiled program, in every language.
    static let output = workFolder + outputBelow
    private static let workFolder = "/box/"
    /// The same path, relative to the work folder.
    static let outputBelow = "program"

    fileprivate let words: [String]
    fileprivate let endings: [String]

    /// - Parameters:
    ///   - field: the vector as the manifest has it.
    ///   - endings: the endings of the files that `{sources}` means.
    ///   - placeholders: the placeholders that this vector may use.
    /// - Throws: ``CatalogError`` for an empty vector, an unknown placeholder or a relative
    ///   program.
    init(_ field: Field, endings: [String], placeholders: Set<String>) throws(CatalogError) {
        self.endings = endings
        var words: [String] = []
        for (word, field) in try field.texts() {
            try Self.check(word, field, placeholders)
            words.append(word)
        }
        let leads = words[0].hasPrefix("{program}") || words[0].hasPrefix("{output}")
        guard leads || HostPath.isPlain(words[0]) else {
            throw field.error(.notAbsolute(words[0]))
        }
        self.words = words
    }

    /// Returns whether the vector uses this placeholder.
    func names(_ placeholder: String) -> Bool {
        words.contains { Self.names(in: $0).contains(placeholder) }
    }

    /// The words that are the same for every source, without the output option.
    var flags: [String] { words.filter { !$0.contains("{") && $0 != "-o" } }

    /// Returns the command to run, with `program` as its path in the jail.
    ///
    /// - Parameter precompiled: the option to use precompiled headers, if there are any.
    func command(program: String, precompiled: String? = nil) -> Command {
        Command(
            words: words.compactMap { word in
                switch word {
                case "{precompiled}": precompiled.map(Command.Word.literal)
                case "{entry}": .entry
                case "{sources}": .sources(endings: endings)
                case "{arguments}": .arguments
                default: .literal(Self.filled(word, program: program))
                }
            }
        )
    }

    private static func filled(_ word: String, program: String) -> String {
        word.replacing("{program}", with: program).replacing("{output}", with: output)
    }

    private static func check(
        _ word: String,
        _ field: Field,
        _ placeholders: Set<String>
    ) throws(CatalogError) {
        for name in names(in: word) {
            guard placeholders.contains(name) else { throw field.error(.unknownPlaceholder(name)) }
            let isText = name == "program" || name == "output"
            guard isText || word == "{\(name)}" else {
                throw field.error(.misplacedPlaceholder(name))
            }
        }
    }

    /// Returns the names in braces, in their order.
    static func names(in word: String) -> [String] {
        word.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap {
            part in
            part.firstIndex(of: "}").map { String(part[..<$0]) }
        }
    }
}
