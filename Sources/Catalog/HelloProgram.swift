public import Domain
public import Foundation

/// A test program from a runtime's folder, and its expected output.
///
/// Tests and `quicksand doctor` run it.
public struct HelloProgram: Sendable, Hashable {
    public let source: SourceFile
    public let expectedOutput: Data
}
