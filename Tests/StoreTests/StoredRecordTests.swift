import Domain
import Foundation
import Testing

@testable import StoredRecords

/// Stored JSON of earlier and later releases.
@Suite struct StoredRecordTests {
    @Test func `a stage of the first release had no refused calls and was not cached`() throws {
        let json = """
            {"verdict": {"signaled": {"signal": 9}}, "stdout": {"bytes": "AAH+", "isTruncated": true},
            "stderr": {"bytes": "", "isTruncated": false},
            "usage": {"wallMicroseconds": 3, "cpuMicroseconds": 2, "memoryBytes": 1}}
            """
        let stage = try StageRecord.decode(Data(json.utf8))
        #expect(
            stage
                == StageResult(
                    verdict: .signaled(signal: 9),
                    stdout: Output(bytes: Data([0, 1, 254]), isTruncated: true),
                    stderr: Output(),
                    usage: Usage(wallMicroseconds: 3, cpuMicroseconds: 2, memoryBytes: 1)
                )
        )
    }

    @Test(arguments: [
        "exited\": {\"code\": 3}", "signaled\": {\"signal\": 9}", "timedOut\": {}",
        "cpuTimeExceeded\": {}", "memoryExceeded\": {}", "outputExceeded\": {}",
    ])
    func `a verdict is written as the first release did`(text: String) throws {
        let written = Data("{\"\(text)}".utf8)
        let record = try JSONDecoder().decode(VerdictRecord.self, from: written)
        let again = try JSONEncoder().encode(VerdictRecord(record.value))
        #expect(
            String(decoding: again, as: UTF8.self)
                == String(decoding: written, as: UTF8.self).filter { $0 != " " }
        )
    }

    @Test func `a limit that a record lacks is its stand-in's, and without one is named`() throws {
        let all = Limits { Int64($0.rawValue.utf8.count) }
        let json = try JSONEncoder().encode(LimitsRecord(all))
        var values = try JSONDecoder().decode([String: Int64].self, from: json)
        values["open_files"] = nil
        values["of_a_later_release"] = 1
        let record = try JSONDecoder().decode(
            LimitsRecord.self,
            from: JSONEncoder().encode(values)
        )
        var expected = all
        expected[.openFiles] = all[.memoryBytes]
        #expect(try record.value { $0 == .openFiles ? .memoryBytes : nil } == expected)
        #expect(throws: RecordDamage(reason: "it has no open_files")) {
            try record.value { _ in nil }
        }
    }

    @Test func `a record without a stack limit has that of the memory`() throws {
        let all = Limits { Int64($0.rawValue.utf8.count) }
        let json = try JSONEncoder().encode(LimitsRecord(all))
        var values = try JSONDecoder().decode([String: Int64].self, from: json)
        values["stack_bytes"] = nil
        let record = try JSONDecoder().decode(
            LimitsRecord.self,
            from: JSONEncoder().encode(values)
        )
        #expect(try record.value()[.stackBytes] == all[.memoryBytes])
    }

    @Test func `a record says its form, and one of a later form is refused`() throws {
        let json = try RequestRecord.encode(sampleExecution("exe_1").request)
        let text = String(decoding: json, as: UTF8.self)
        #expect(text.contains("\"form\":1"))
        let later = Data(text.replacing("\"form\":1", with: "\"form\":2").utf8)
        #expect(
            throws: RecordDamage(reason: "it was written by a later release, in form 2")
        ) { try RequestRecord.decode(later) }
    }

    @Test(arguments: [
        ("", "it is not JSON"), ("{", "it is not JSON"), ("[]", "its whole is of another type"),
        ("{\"language\": 1}", "its language is of another type"),
        ("{\"language\": \"secret\"}", "it has no version"),
    ])
    func `what is wrong with a record is said without its content`(
        json: String,
        reason: String
    ) {
        #expect(throws: RecordDamage(reason: reason)) { try RequestRecord.decode(Data(json.utf8)) }
    }
}
