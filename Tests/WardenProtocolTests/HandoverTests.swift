import Testing
import WardenProtocol

@Suite struct HandoverTests {
    @Test func `a warden's number arrives as it was sent, in so many bytes as are read`() throws {
        for number in [1, 4_194_304, Int32.max] {
            let bytes = Handover(warden: number).encoded()
            #expect(bytes.count == Handover.bytesMax)
            #expect(try Handover(decoding: bytes) == Handover(warden: number))
        }
    }

    @Test func `less or more than that is no handover`() {
        #expect(throws: WireError.truncated) { try Handover(decoding: [1, 0, 0]) }
        #expect(throws: WireError.trailingBytes) { try Handover(decoding: [1, 0, 0, 0, 0]) }
    }
}
