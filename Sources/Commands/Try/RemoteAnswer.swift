import Domain
import Foundation
import Identity

/// A server's answer.
struct RemoteAnswer: Sendable {
    let status: Int
    /// The header fields by their lower-case names.
    let headers: [String: String]
    let body: Data

    /// Returns the content of the answer's envelope.
    ///
    /// - Throws: ``CommandError`` if the answer is a refusal, or not an answer of this API.
    func data<Value: Decodable>(from server: ServerAddress) throws -> Value {
        try value(Envelope<Value>.self, from: server).data
    }

    /// Returns the value that `read` finds in the answer.
    ///
    /// - Throws: ``CommandError`` like ``data(from:)``, also if `read` finds nothing.
    func read<Value>(from server: ServerAddress, _ read: (Data) -> Value?) throws -> Value {
        if let refusal { throw refusal }
        guard (200...299).contains(status), let value = read(body) else { throw strange(server) }
        return value
    }

    /// Returns the decoded answer, without an envelope.
    func value<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from server: ServerAddress
    ) throws -> Value {
        try read(from: server) { try? JSONDecoder().decode(type, from: $0) }
    }

    private func strange(_ server: ServerAddress) -> CommandError {
        CommandError(1, "\(server) answered (\(status)), but not as a Quicksand server does")
    }

    /// Returns the content of the envelope as JSON.
    ///
    /// - Throws: ``CommandError`` like ``data(from:)``.
    func dataAsJSON(from server: ServerAddress) throws -> Data {
        let object = try? JSONSerialization.jsonObject(with: body) as? [String: Any]
        guard refusal == nil, let data = object?["data"], JSONSerialization.isValidJSONObject(data)
        else { throw CommandError(1, "\(server) answered, but not as a Quicksand server does") }
        return try JSONSerialization.data(
            withJSONObject: data,
            options: [.sortedKeys, .withoutEscapingSlashes]
        )
    }

    private struct Envelope<Value: Decodable>: Decodable {
        let data: Value
    }
}

// MARK: - Refusals

extension RemoteAnswer {
    private struct Refusal: Decodable {
        let error: Content

        struct Content: Decodable {
            let code: String
            let message: String
            let details: Details?
        }

        struct Details: Decodable {
            /// The password rules that were broken.
            let rules: [String]?
        }
    }

    /// The server's refusal in its own words; `nil` if the server did not refuse.
    private var refusal: CommandError? {
        guard !(200...299).contains(status),
            let content = try? JSONDecoder().decode(Refusal.self, from: body).error
        else { return nil }
        // A caller's mistake stays a mistake in every retry.
        let isCallersMistake = (400...499).contains(status) && status != 429
        let whenAgain = retry.map { "; \($0)" } ?? ""
        return CommandError(isCallersMistake ? 2 : 1, Self.sentence(content) + whenAgain)
    }

    private static func sentence(_ content: Refusal.Content) -> String {
        guard let rules = content.details?.rules, !rules.isEmpty else {
            return ShownOutput.line(content.message)
        }
        let sentences = rules.map { PasswordRule(rawValue: $0)?.sentence ?? ShownOutput.line($0) }
        return "this password is too weak; what it lacks:"
            + sentences.map { "\n  " + $0 }.joined()
    }

    /// The time of a retry, in words.
    private var retry: String? {
        guard let seconds = headers["retry-after"].flatMap({ Int($0) }), seconds >= 0 else {
            return nil
        }
        return "try again " + Moment(in: seconds).after
    }
}

// MARK: - Remaining runs

extension RemoteAnswer {
    /// The remaining runs of the policy that will be used up first; `nil` if the plan does not
    /// bound them.
    ///
    /// `X-RateLimit-*` describe the tightest policy, which for most plans counts concurrent runs or
    /// runs per second: such a figure is outdated too soon to show. So this property reads the
    /// policies of a minute and more (draft-ietf-httpapi-ratelimit-headers-11).
    var left: String? {
        let policies = Self.items(headers["ratelimit-policy"])
        let standings = Self.items(headers["ratelimit"])
        let bounds = standings.compactMap { name, standing -> Bound? in
            guard let policy = policies[name], let limit = policy["q"], limit > 0,
                let window = policy["w"], window >= 60, let remaining = standing["r"],
                let seconds = standing["t"]
            else { return nil }
            return Bound(limit: limit, remaining: remaining, window: window, seconds: seconds)
        }
        guard let tightest = bounds.min(by: Bound.isTighter) else { return nil }
        return "\(tightest.remaining) of \(tightest.limit) runs left "
            + Moment(in: tightest.seconds).until
    }

    private struct Bound {
        let limit: Int
        let remaining: Int
        let window: Int
        let seconds: Int

        static func isTighter(_ left: Bound, _ right: Bound) -> Bool {
            let leftShare = Double(left.remaining) / Double(left.limit)
            let rightShare = Double(right.remaining) / Double(right.limit)
            return leftShare == rightShare ? left.window > right.window : leftShare < rightShare
        }
    }

    /// Returns the whole numbers of each name in `"name";a=1;b=2, "other";a=3`.
    private static func items(_ field: String?) -> [Substring: [Substring: Int]] {
        var items: [Substring: [Substring: Int]] = [:]
        for item in (field ?? "").split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let name = parts.first else { continue }
            for part in parts.dropFirst() {
                let sides = part.split(separator: "=", maxSplits: 1)
                guard sides.count == 2, let number = Int(sides[1]), number >= 0 else { continue }
                items[name, default: [:]][sides[0]] = number
            }
        }
        return items
    }
}

/// A future time for people: in seconds if it is near, else as a clock time.
private struct Moment {
    private static let secondsMax = 10 * 366 * 86_400
    private static let nearSeconds = 120

    private let seconds: Int
    private let clock: String

    init(in seconds: Int) {
        self.seconds = min(seconds, Self.secondsMax)
        let minute = ((Date().timeIntervalSince1970 + Double(self.seconds)) / 60).rounded() * 60
        let text = Date(timeIntervalSince1970: minute).formatted(.iso8601)
        let day = self.seconds > 86_400 ? "\(text.prefix(10)) " : ""
        clock = "\(day)\(text.dropFirst(11).prefix(5)) UTC"
    }

    var after: String { seconds < Self.nearSeconds ? "in \(seconds) s" : "at \(clock)" }
    var until: String { seconds < Self.nearSeconds ? "for \(seconds) s" : "until \(clock)" }
}
