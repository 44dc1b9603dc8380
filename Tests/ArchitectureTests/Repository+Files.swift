import Foundation
import Synchronization
import TestSupport

extension Repository {
    /// What was read and scanned of each file, since many tests look at all of them.
    private static let known = Mutex<[String: (text: String, source: SourceText)]>([:])

    struct File: CustomStringConvertible, Sendable {
        /// The path below the root, such as `Sources/JailInit/Init.swift`.
        let path: String

        var text: String { get throws { try contents().text } }

        /// The text with comments and literals separated from code.
        var source: SourceText { get throws { try contents().source } }

        private func contents() throws -> (text: String, source: SourceText) {
            if let contents = known.withLock({ $0[path] }) { return contents }
            let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            let contents = (text, SourceText(text))
            known.withLock { $0[path] = contents }
            return contents
        }

        /// The target's name: the folder below `Sources` or `Tests`.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        var description: String { path }
    }

    /// Returns every file below `folder` whose name has one of these endings, in order.
    ///
    /// The hostile programs are excluded: no target compiles them.
    static func files(_ folder: String, _ endings: Set<String>) throws -> [File] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { endings.contains(String($0.split(separator: ".").last ?? "")) }
            .filter { !$0.contains("/Programs/") }
            .sorted().map { File(path: folder + "/" + $0) }
    }

    static func sources(_ target: String? = nil) throws -> [File] {
        try files("Sources", ["swift"]).filter { target == nil || $0.target == target }
    }
}
