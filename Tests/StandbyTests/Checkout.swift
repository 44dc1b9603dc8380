import Foundation
import TestSupport
import WardenUnderTest

extension Checkout {
    static let tests = Repository.root.appending(path: "Tests/StandbyTests")
}
