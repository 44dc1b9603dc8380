import Testing

extension EscapeTests {
    /// A descriptor that leaked from the service is a door in every wall (CVE-2024-21626).
    @Suite struct DescriptorTests {
        @Test func `a program has its three streams, all pipes, and no other descriptor`()
            async throws
        {
            let prison = try #require(Prison.current)
            let pipes = ["0": "pipe", "1": "pipe", "2": "pipe"]
            #expect(try await prison.findings("descriptors.c") == pipes)
        }

        @Test func `outside, the same program finds a descriptor that is not a pipe`() throws {
            #expect(try Control.findings("descriptors.c")["0"] == "device")
        }
    }
}
