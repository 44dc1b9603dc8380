import EscapeCorpus
import Testing
import WardenUnderTest

extension EscapeTests {
    /// The rest of this family is about the service, and is in EndToEndTests and APITests:
    /// docs/ATTACKS.md says where.
    @Suite struct NetworkTests {
        @Test(arguments: Arsenal.of(.network))
        func `no way leads out of a jail's network`(attack: Attack) async throws {
            try await WardenFixture.expectRefused(attack)
        }
    }
}
