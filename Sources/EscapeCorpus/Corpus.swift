public import Domain

/// The attacks that consist of one program, in the order of docs/ATTACKS.md.
///
/// The other cases of that list are attacks on the service's own parsing, which are tests of the
/// API, and attacks that need a stopped or crippled service.
public enum Corpus {
    /// - Parameter answering: for each profile, the numbers of the calls that the policy answers
    ///   when they are made with zero arguments.
    public static func attacks(answering: [SystemCallProfile: Set<Int>]) -> [Attack] {
        sweeps(answering) + systemCalls + files + resources + compiling + network
    }

    static let everywhere = Place.allCases
}
