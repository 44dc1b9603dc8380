import CallbackReceiver
import Domain
import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Courier

/// The two address checks of the courier, which protect the network from untrusted URLs.
@Suite(.guardedAgainstHanging)
struct AddressJudgementTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "localhost"), ("127.0.0.1", "[::ffff:127.0.0.1]"),
        ("127.0.0.1", "0.0.0.0"), ("::1", "[::1]"), ("::1", "localhost"), ("::1", "[::]"),
    ])
    func `an address that is not public is never connected to`(
        bound: String,
        host: String
    ) async throws {
        try await Receiver.serve(on: bound) { receiver, port in
            let bench = Bench([.due(to: "http://\(host):\(port)/")], allowing: [])
            try await bench.run {
                let delivery = await bench.delivery(afterAttempts: 1)
                #expect(delivery?.attempts.first?.outcome == .addressNotAllowed)
                #expect(delivery?.state == .failed(at: ManualClock.start))
            }
            // Connections are accepted in order, so one of the courier's would be counted before
            // this one.
            let knock = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: bound, port: port).get()
            await receiver.wait(connections: 1)
            #expect(receiver.connections == 1)
            try await knock.close()
        }
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "localhost"), ("127.0.0.1", "[::ffff:127.0.0.1]"),
        ("::1", "[::1]"),
    ])
    func `the same address is called where the operator opened it`(
        bound: String,
        host: String
    ) async throws {
        try await Receiver.serve(on: bound) { receiver, port in
            let bench = Bench([.due(to: "http://\(host):\(port)/")])
            try await bench.run {
                let delivery = await bench.delivery(afterAttempts: 1)
                #expect(delivery?.state == .delivered(at: ManualClock.start))
            }
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func `an opened range opens no other`() async throws {
        try await Receiver.serve(on: "::1") { receiver, port in
            let bench = Bench(
                [.due(to: "http://[::1]:\(port)/")],
                allowing: [try #require(CIDR("127.0.0.0/8"))]
            )
            try await bench.run {
                let delivery = await bench.delivery(afterAttempts: 1)
                #expect(delivery?.attempts.first?.outcome == .addressNotAllowed)
            }
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test func `a proxy in the environment is not used`() async {
        // The test runs in its own process, since the environment belongs to the whole process.
        await #expect(processExitsWith: .success) {
            try await Receiver.serve { proxy, proxyPort in
                for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
                    setenv(name, "http://127.0.0.1:\(proxyPort)", 1)
                }
                try await Receiver.serve { receiver, port in
                    let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
                    try await bench.run {
                        let delivery = await bench.delivery(afterAttempts: 1)
                        #expect(delivery?.state == .delivered(at: ManualClock.start))
                    }
                    #expect(receiver.requests.count == 1)
                }
                #expect(proxy.requests.isEmpty)
            }
        }
    }
}
