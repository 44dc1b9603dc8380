import Testing
import Vocabulary

@Suite struct LimitTests {
    @Test func `the codes are 1, 2, 3 and so on, each once`() {
        let codes = Limit.allCases.map { Int($0.definition.code) }.sorted()
        #expect(codes == Array(1...Limit.allCases.count))
        #expect(Limit.allCases.allSatisfy { Limit(code: $0.definition.code) == $0 })
        #expect(Limit(code: 0) == nil)
        #expect(Limit(code: UInt8(Limit.allCases.count) + 1) == nil)
    }

    @Test func `a limit that follows another stands after it`() throws {
        for (index, limit) in Limit.allCases.enumerated() {
            guard let followed = limit.definition.follows else { continue }
            #expect(Limit.allCases[..<index].contains(followed), "\(limit)")
        }
    }

    @Test func `every limit that the warden holds somebody to has a sealed ceiling`() {
        let held = Limit.allCases.filter { $0.definition.enforcer == .warden }
        #expect(Set(Limit.sealed) == Set(held))
        #expect(Set(Limit.atOpening).isSubset(of: Limit.sealed))
        #expect(Limit.sealed.count == held.count)
    }

    @Test func `a jail's limits are fixed when its first program starts`() {
        #expect(Set(Limit.ofJail).isSubset(of: Limit.fixedAtStart))
    }

    @Test func `every limit is described, and nobody can ask for none of it`() {
        for limit in Limit.allCases {
            #expect(!limit.definition.about.isEmpty, "\(limit)")
            #expect(limit.definition.least >= 1, "\(limit)")
        }
    }

    @Test func `a value is set for one limit and no other`() {
        let limits = Limits { Int64($0.definition.code) }
        for changed in Limit.allCases {
            var copy = limits
            copy[changed] = 1_000
            for limit in Limit.allCases {
                let value = limit == changed ? 1_000 : Int64(limit.definition.code)
                #expect(copy[limit] == value)
            }
        }
    }
}
