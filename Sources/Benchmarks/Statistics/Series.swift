/// The values that one contender was measured at, by round.
///
/// A slow contender may sit out rounds; whatever is compared is compared in the rounds that both
/// took part in.
struct Series: Sendable {
    let name: String
    private var rounds: [(round: Int, value: Double)] = []

    init(name: String) { self.name = name }

    init(name: String, _ values: [Double]) {
        self.name = name
        rounds = values.enumerated().map { ($0.offset, $0.element) }
    }

    mutating func append(_ value: Double, round: Int) { rounds.append((round, value)) }

    var sample: Sample { Sample(rounds.map(\.value)) }

    /// Both values of every round that has one here and one there.
    func paired(with other: Series) -> [(own: Double, other: Double)] {
        let others = Dictionary(other.rounds.map { ($0.round, $0.value) }) { first, _ in first }
        return rounds.compactMap { round, own in others[round].map { (own, $0) } }
    }
}
