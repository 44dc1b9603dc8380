import Synchronization

/// One metric of the service, as Prometheus reads it.
public struct Metric: Sendable {
    public enum Kind: String, Sendable {
        case counter, gauge
    }

    public struct Sample: Sendable {
        public let labels: [(name: String, value: String)]
        public let value: Double

        public init(labels: [(name: String, value: String)] = [], value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// The name, such as `quicksand_queue_length`: letters, digits and `_`; a counter's name ends
    /// in `_total`.
    public let name: String
    /// The help text, in one line.
    public let help: String
    public let kind: Kind
    public let samples: [Sample]

    public init(name: String, help: String, kind: Kind, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// The metric in Prometheus' text format, version 0.0.4.
    var exposition: String {
        var lines = ["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"]
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            let block = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            lines.append("\(name)\(block) \(sample.value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}

/// The number of answered requests, by status.
final class RequestCounter: Sendable {
    private let counts = Mutex<[Int: Int]>([:])

    func count(status: Int) {
        counts.withLock { $0[status, default: 0] += 1 }
    }

    var metric: Metric {
        let counts = counts.withLock { $0 }
        return Metric(
            name: "quicksand_http_requests_total",
            help: "Requests answered, by status.",
            kind: .counter,
            samples: counts.sorted { $0.key < $1.key }.map { status, count in
                Metric.Sample(labels: [("status", String(status))], value: Double(count))
            }
        )
    }
}
