import Domain
import Foundation
import Testing

@Suite struct `Limits that were stored` {
    private func stored(without absent: Limit? = nil) throws -> Limits {
        let members = Limit.allCases.filter { $0 != absent }
            .map { "\"\($0.rawValue)\":\(1_000 + Int64($0.definition.code))" }
        let json = "{\(members.joined(separator: ","))}"
        return try JSONDecoder().decode(Limits.self, from: Data(json.utf8))
    }

    @Test func `come back as they were`() throws {
        let limits = Limits { Int64($0.definition.code) }
        let bytes = try JSONEncoder().encode(limits)
        #expect(try JSONDecoder().decode(Limits.self, from: bytes) == limits)
        #expect(try stored() == Limits { 1_000 + Int64($0.definition.code) })
    }

    @Test(arguments: Limit.allCases)
    func `before there was one of them have its default`(absent: Limit) throws {
        let limits = try stored(without: absent)
        for limit in Limit.allCases where limit != absent && limit.definition.follows != absent {
            #expect(limits[limit] == 1_000 + Int64(limit.definition.code))
        }
        let known = absent.definition
        #expect(limits[absent] == known.follows.map { limits[$0] } ?? known.least)
    }

    @Test func `are a dictionary by name where only some were asked for`() throws {
        let asked: [Limit: Int64] = [.openFiles: 3]
        let bytes = try JSONEncoder().encode(asked)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"open_files":3}"#)
        #expect(try JSONDecoder().decode([Limit: Int64].self, from: bytes) == asked)
    }
}

@Suite struct `A verdict that was stored` {
    @Test(arguments: [
        (Verdict.exited(code: 3), #"{"exited":{"code":3}}"#),
        (.signaled(signal: 9), #"{"signaled":{"signal":9}}"#), (.timedOut, #"{"timedOut":{}}"#),
        (.cpuTimeExceeded, #"{"cpuTimeExceeded":{}}"#),
        (.memoryExceeded, #"{"memoryExceeded":{}}"#),
        (.outputExceeded, #"{"outputExceeded":{}}"#),
    ])
    func `has the form that it always had`(verdict: Verdict, json: String) throws {
        #expect(String(decoding: try JSONEncoder().encode(verdict), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(Verdict.self, from: Data(json.utf8)) == verdict)
    }

    @Test(arguments: ["{}", #"{"timedOut":{},"exited":{"code":0}}"#, #"{"won":{}}"#, "3"])
    func `is refused where it is none`(json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Verdict.self, from: Data(json.utf8))
        }
    }

    @Test func `comes with what was used`() throws {
        let usage = Usage(wallMicroseconds: 1, cpuMicroseconds: 2, memoryBytes: 3)
        let bytes = try JSONEncoder().encode(usage)
        #expect(try JSONDecoder().decode(Usage.self, from: bytes) == usage)
        let json = #"{"wallMicroseconds":1,"cpuMicroseconds":2,"memoryBytes":3}"#
        #expect(try JSONDecoder().decode(Usage.self, from: Data(json.utf8)) == usage)
    }
}
