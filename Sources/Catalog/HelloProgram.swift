public import Domain
public import Foundation

/// A program that a runtime's folder brings along, and what it must print: what tests and
/// `quicksand doctor` run.
public struct HelloProgram: Sendable, Hashable {
    public let source: SourceFile
    public let expectedOutput: Data
}
