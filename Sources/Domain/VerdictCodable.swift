public import Vocabulary

// How a verdict and what was used are stored: in the form that the compiler gives an enumeration
// and a structure.

extension Verdict: Codable {
    /// `{"exited":{"code":0}}`, `{"timedOut":{}}`.
    private enum Case: String, CodingKey {
        case exited, signaled, timedOut, cpuTimeExceeded, memoryExceeded, outputExceeded
    }

    private enum Value: String, CodingKey { case code, signal }

    private var name: Case {
        switch self {
        case .exited: .exited
        case .signaled: .signaled
        case .timedOut: .timedOut
        case .cpuTimeExceeded: .cpuTimeExceeded
        case .memoryExceeded: .memoryExceeded
        case .outputExceeded: .outputExceeded
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Case.self)
        guard let name = container.allKeys.first, container.allKeys.count == 1 else {
            let context = DecodingError.Context(
                codingPath: container.codingPath,
                debugDescription: "a verdict is one of its kinds"
            )
            throw DecodingError.typeMismatch(Verdict.self, context)
        }
        let values = try container.nestedContainer(keyedBy: Value.self, forKey: name)
        switch name {
        case .exited: self = .exited(code: try values.decode(Int32.self, forKey: .code))
        case .signaled: self = .signaled(signal: try values.decode(Int32.self, forKey: .signal))
        case .timedOut: self = .timedOut
        case .cpuTimeExceeded: self = .cpuTimeExceeded
        case .memoryExceeded: self = .memoryExceeded
        case .outputExceeded: self = .outputExceeded
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Case.self)
        var values = container.nestedContainer(keyedBy: Value.self, forKey: name)
        switch self {
        case .exited(let code): try values.encode(code, forKey: .code)
        case .signaled(let signal): try values.encode(signal, forKey: .signal)
        case .timedOut, .cpuTimeExceeded, .memoryExceeded, .outputExceeded: break
        }
    }
}

extension Usage: Codable {
    private enum Member: String, CodingKey { case wallMicroseconds, cpuMicroseconds, memoryBytes }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        self.init(
            wallMicroseconds: try members.decode(Int64.self, forKey: .wallMicroseconds),
            cpuMicroseconds: try members.decode(Int64.self, forKey: .cpuMicroseconds),
            memoryBytes: try members.decode(Int64.self, forKey: .memoryBytes)
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(wallMicroseconds, forKey: .wallMicroseconds)
        try members.encode(cpuMicroseconds, forKey: .cpuMicroseconds)
        try members.encode(memoryBytes, forKey: .memoryBytes)
    }
}
