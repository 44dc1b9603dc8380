public import Foundation
public import Vocabulary

/// A file that the program left, or why it was not taken.
public struct OutputFile: Sendable, Hashable {
    public var path: String
    public var content: Content

    public enum Content: Sendable, Hashable {
        case bytes(Data)
        case refused(FileRefusal)
    }

    /// The most bytes of all output files of one answer: they travel in memory and as JSON.
    public static let totalBytesMax: Int64 = 16 << 20

    public init(path: String, content: Content) {
        self.path = path
        self.content = content
    }
}
