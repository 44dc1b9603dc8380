import TestSupport
import Testing
import Vocabulary
import WardenProtocol

@Suite struct FrameTests {
    @Test(arguments: try Samples.requests())
    func `a request comes back as it was`(request: Request) throws {
        #expect(try Request(decoding: request.encoded()) == request)
    }

    @Test(arguments: Samples.replies)
    func `a reply comes back as it was`(reply: Reply) throws {
        #expect(try Reply(decoding: reply.encoded()) == reply)
    }

    @Test(arguments: try Samples.requests())
    func `a request cut short anywhere is refused`(request: Request) {
        let bytes = request.encoded()
        for count in bytes.indices {
            #expect(throws: WireError.self) { try Request(decoding: bytes.prefix(count)) }
        }
    }

    @Test(arguments: Samples.replies)
    func `a reply cut short anywhere is refused`(reply: Reply) {
        let bytes = reply.encoded()
        for count in bytes.indices {
            #expect(throws: WireError.self) { try Reply(decoding: bytes.prefix(count)) }
        }
    }

    @Test(arguments: try Samples.requests())
    func `a request with a byte after it is refused`(request: Request) {
        #expect(throws: WireError.trailingBytes) {
            try Request(decoding: request.encoded() + [0])
        }
    }

    @Test(arguments: Samples.replies)
    func `a reply with a byte after it is refused`(reply: Reply) {
        #expect(throws: WireError.trailingBytes) { try Reply(decoding: reply.encoded() + [0]) }
    }

    @Test(arguments: [UInt8(0), 7, 128, 255])
    func `an unknown kind of request is refused`(kind: UInt8) {
        #expect(throws: WireError.unknownValue) {
            try Request(decoding: [kind] + [UInt8](repeating: 0, count: 64))
        }
    }

    @Test(arguments: [UInt8(0), 8, 255])
    func `an unknown kind of reply is refused`(kind: UInt8) {
        #expect(throws: WireError.unknownValue) {
            try Reply(decoding: [kind] + [UInt8](repeating: 0, count: 64))
        }
    }

    @Test func `unknown refusals, limits, verdicts and profiles are refused`() throws {
        var refusal = Reply.refused(1, 2, .busy).encoded()
        refusal[13] = 99
        #expect(throws: WireError.unknownValue) { try Reply(decoding: refusal) }

        var limit = Reply.refused(1, 2, .aboveCeiling(.processes, value: 2, ceiling: 1)).encoded()
        limit[14] = 0
        #expect(throws: WireError.unknownValue) { try Reply(decoding: limit) }

        let end = StageEnd(verdict: .memoryExceeded, usage: Samples.usage)
        var verdict = Reply.finished(1, 2, end).encoded()
        verdict[13] = 0
        #expect(throws: WireError.unknownValue) { try Reply(decoding: verdict) }

        var profile = try Samples.requests()[0].encoded()
        profile[11] = UInt8(SystemCallProfile.allCases.count)
        #expect(throws: WireError.unknownValue) { try Request(decoding: profile) }
    }

    @Test func `more refused calls than are ever named are not believed`() throws {
        var end = StageEnd(verdict: .memoryExceeded, usage: Samples.usage)
        for (count, isAccepted) in [(15, true), (16, true), (17, false)] {
            end.refusedCalls = Array(repeating: 1, count: count)
            let bytes = Reply.finished(1, 2, end).encoded()
            #expect((try? Reply(decoding: bytes)) == (isAccepted ? .finished(1, 2, end) : nil))
        }
    }

    @Test func `a text that is not UTF-8 is refused, not mended`() throws {
        let frame = Reply.broken(1, Fault(site: "mount", errno: 22)).encoded()
        let place = try #require(frame.firstIndex(of: UInt8(ascii: "m")))
        for bytes: [UInt8] in [[0xff], [0xc0], [0x80]] {
            let damaged = frame[..<place] + bytes + frame[(place + 1)...]
            #expect(throws: WireError.notUTF8) { try Reply(decoding: damaged) }
        }
    }

    @Test func `each frame says how many descriptors it carries`() throws {
        let requests = try Samples.requests()
        #expect(requests.map(\.descriptorCount) == [0, 4, 4, 4, 3, 2, 0, 0, 0])
        #expect(requests.allSatisfy { $0.descriptorCount <= Protocol.descriptorsMax })
    }

    @Test func `each frame says which of its descriptors is an archive`() throws {
        #expect(
            try Samples.requests().map(\.archiveIndex) == [nil, nil, 3, 3, nil, 0, nil, nil, nil]
        )
    }

    @Test func `no concurrent stage is resumed, or brings files back`() throws {
        let (large, small) = (
            try OpaqueProgram(Samples.program), try OpaqueProgram(Samples.smallProgram)
        )
        for (program, isResumed) in [(small, true), (large, false)] {
            let stage = Samples.stage(1, program, bringsFiles: false, isConcurrent: true)
            let frame = (isResumed ? Request.resume(stage) : .stage(stage)).encoded()
            #expect(throws: WireError.unknownValue) { try Request(decoding: frame) }
        }
    }

    @Test(arguments: [1, 2, 3])
    func `what a stage is like is said by 0 or 1 and nothing else`(fromEnd: Int) throws {
        var frame = try Samples.requests()[1].encoded()
        frame[frame.count - fromEnd] = 2
        #expect(throws: WireError.unknownValue) { try Request(decoding: frame) }
    }

    @Test func `no two frames look the same`() throws {
        let requests = try Samples.requests()
        #expect(Set(requests.map { $0.encoded() }).count == requests.count)
        #expect(Set(Samples.replies.map { $0.encoded() }).count == Samples.replies.count)
    }
}

@Suite struct FrameCountTests {
    @Test(arguments: [(63, true), (64, true), (65, false)])
    func `a warden names at most 64 primitives`(count: Int, isAccepted: Bool) {
        let primitives = Array(repeating: Samples.primitive, count: count)
        let reply = Reply.ready(version: 1, primitives: primitives)
        #expect(((try? Reply(decoding: reply.encoded())) == reply) == isAccepted)
    }

    @Test func `a text whose length is a lie is refused`() {
        var bytes = Reply.unfit(Samples.primitive).encoded()
        bytes.replaceSubrange(1..<5, with: [255, 255, 255, 255])
        #expect(throws: WireError.truncated) { try Reply(decoding: bytes) }
    }
}

@Suite struct FrameNoiseTests {
    @Test func `random bytes are refused or understood, and harm nothing`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let bytes = generator.bytes(most: 200)
            expectStable(bytes)
        }
    }

    @Test func `damaged frames are refused or understood, and harm nothing`() throws {
        var generator = SeededGenerator(seed: 2)
        let frames =
            try Samples.requests().map { $0.encoded() } + Samples.replies.map { $0.encoded() }
        for round in 0..<20_000 {
            expectStable(generator.damaged(frames[round % frames.count]))
        }
    }

    /// What was understood is understood the same way again.
    private func expectStable(_ bytes: [UInt8]) {
        if let request = try? Request(decoding: bytes) {
            #expect((try? Request(decoding: request.encoded())) == request)
        }
        if let reply = try? Reply(decoding: bytes) {
            #expect((try? Reply(decoding: reply.encoded())) == reply)
        }
    }
}
