import EscapeCorpus
import Testing
import WardenUnderTest

extension EscapeTests {
    /// The attacks on the network.
    ///
    /// Other attacks of this family concern the service, and are in EndToEndTests and APITests:
    /// docs/ATTACKS.md says where.
    @Suite struct NetworkTests {
        @Test(arguments: Arsenal.of(.network))
        func `no way leads out of a jail's network`(attack: Attack) async throws {
            try await WardenFixture.expectRefused(attack)
        }
    }
}
