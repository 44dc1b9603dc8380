import Domain
import Foundation
import Testing

@Suite struct ProjectBoundsTests {
    private let bounds = ProjectBounds(filesMax: 3, bytesMax: 100)

    private func check(
        _ path: String,
        _ bytes: Int = 0,
        among present: [(path: String, bytes: Int)]
    ) throws(ProjectFileRefusal) -> Bool {
        let files = present.map {
            ProjectFile(path: $0.path, bytes: $0.bytes, updatedAt: .distantPast)
        }
        return try bounds.check(path: path, bytes: bytes, among: files)
    }

    @Test func `a file is new where no other has its path`() throws {
        #expect(try check("a", among: []))
        #expect(try check("a/c", among: [("a/b", 1), ("ab", 1)]))
        #expect(try !check("a/b", among: [("a/b", 1), ("ab", 1)]))
    }

    @Test func `there are as many files as the plan allows, and they can be replaced`() throws {
        let two = [("a", 0), ("b", 0)]
        let three = two + [("c", 0)]
        #expect(try check("c", among: two))
        #expect(try !check("c", among: three))
        #expect(throws: ProjectFileRefusal.files(max: 3)) { try check("d", among: three) }
    }

    @Test(arguments: [(99, true), (100, true), (101, false)])
    func `contents are counted together, and what is replaced is not`(
        total: Int,
        fits: Bool
    ) throws {
        let present = [("a", 40), ("b", 30)]
        if fits {
            #expect(try check("c", total - 70, among: present))
            #expect(try !check("b", total - 40, among: present))
            return
        }
        #expect(throws: ProjectFileRefusal.bytes(101, max: 100)) {
            try check("c", total - 70, among: present)
        }
        #expect(throws: ProjectFileRefusal.bytes(101, max: 100)) {
            try check("b", total - 40, among: present)
        }
    }

    @Test(arguments: [(32_767, true), (32_768, true), (32_769, false)])
    func `paths are counted together`(total: Int, fits: Bool) throws {
        let long = String(repeating: "x", count: total - 1)
        if fits { return #expect(try check("a", among: [(long, 0)])) }
        #expect(throws: ProjectFileRefusal.names(total, max: 32_768)) {
            try check("a", among: [(long, 0)])
        }
    }

    @Test(arguments: [
        ("a/b", "a"), ("a", "a/b"), ("a/b/c", "a/b"), ("a", "a/b/c"), ("\u{e9}", "e\u{301}"),
    ])
    func `nothing is two things at once`(path: String, present: String) {
        #expect {
            try check(path, among: [(present, 0)])
        } throws: { error in
            if case .path? = error as? ProjectFileRefusal { true } else { false }
        }
    }
}
