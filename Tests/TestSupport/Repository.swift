public import Foundation

/// The checkout that the tests were compiled from.
public enum Repository {
    /// Links are followed: a package may be put together from links to these folders.
    public static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
