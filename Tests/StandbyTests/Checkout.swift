import Foundation
import WardenUnderTest

extension Checkout {
    static let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent()
}
