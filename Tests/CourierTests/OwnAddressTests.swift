import Domain
import Foundation
import Kernel
import TestSupport
import Testing

@testable import Courier

/// Public addresses that belong to this machine.
@Suite(.guardedAgainstHanging) struct OwnAddressTests {
    @Test(arguments: ["127.0.0.1", "127.255.255.254", "::1"])
    func `the loopback is this machine's own`(text: String) throws {
        #expect(OwnAddress.contains(try #require(IPAddress(text))) == true)
    }

    @Test(arguments: ["192.0.2.1", "8.8.8.8", "255.255.255.255", "2001:db8::1"])
    func `another machine's address is not`(text: String) throws {
        #expect(OwnAddress.contains(try #require(IPAddress(text))) == false)
    }

    @Test func `nothing is said of any address while no descriptor is left`() async {
        // The test runs in its own process, since the limit belongs to the whole process.
        await #expect(processExitsWith: .success) {
            let address = try #require(IPAddress("8.8.8.8"))
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let before = limit.rlim_cur
            limit.rlim_cur = 0
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let answer = OwnAddress.contains(address)
            limit.rlim_cur = before
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            #expect(answer == nil)
            #expect(OwnAddress.contains(address) == false)
        }
    }

    @Test func `a callback whose address cannot be checked now is tried again`() async throws {
        let bench = Bench([.due(to: "http://8.8.8.8:9/")], isOwn: { _ in nil })
        try await bench.run {
            let delivery = await bench.delivery(afterAttempts: 1)
            let next = ManualClock.start.addingTimeInterval(5)
            #expect(delivery?.state == .pending(nextAttemptAt: next))
            #expect(delivery?.attempts.map(\.outcome) == [.failed(reason: "address not checked")])
        }
    }

    /// In a network namespace, so that no address of the machine that tests changes.
    @Test(.enabled(if: OwnProcess.isRoot))
    func `an address of an interface is never called, nor one of a local route`() async throws {
        let outcomes = try await OtherNetwork.run(
            [
                "addr add 93.184.215.14/32 dev lo", "addr add 2606:2800:21f::14/128 dev lo",
                "route add local 93.184.216.0/24 dev lo src 127.0.0.1",
            ],
            callbacksTo: [
                "93.184.215.14", "93.184.216.34", "[2606:2800:21f::14]", "[::ffff:93.184.215.14]",
                "93.184.215.15",
            ]
        )
        let refused = Delivery.Outcome.addressNotAllowed
        #expect(outcomes.dropLast() == [refused, refused, refused, refused])
        // No route leads there, which is no refusal.
        #expect(outcomes.last == .failed(reason: "could not connect"))
    }
}

/// A thread with a network namespace of its own, and a courier's thread that inherits it.
private enum OtherNetwork {
    struct Failure: Error { let what: String }

    static func run(
        _ commands: [String],
        callbacksTo hosts: [String]
    ) async throws -> [Delivery.Outcome] {
        let (results, continuation) = AsyncStream.makeStream(of: TransferResult.self)
        let transfers: TransferThread = try await withCheckedThrowingContinuation { started in
            Foundation.Thread.detachNewThread {
                started.resume(
                    with: Result {
                        try Kernel.Process.unshare(.network)
                        try Files.raiseLoopback()
                        for command in commands { try ip(command) }
                        let transfers = try TransferThread(
                            policy: AddressPolicy(allowing: [], isOwn: OwnAddress.contains),
                            limits: .patient,
                            userAgent: "quicksand-test"
                        ) { continuation.yield($0) }
                        transfers.start()
                        return transfers
                    }
                )
            }
        }
        for host in hosts {
            guard let url = try? CallbackURL("http://\(host):9/") else {
                throw Failure(what: host)
            }
            transfers.submit(TransferRequest(id: host, url: url, headers: [], body: Data()))
        }
        var outcomes: [String: Delivery.Outcome] = [:]
        for await result in results {
            outcomes[result.id] = result.outcome
            if outcomes.count == hosts.count { break }
        }
        await transfers.stop()
        return hosts.compactMap { outcomes[$0] }
    }

    /// A child has the namespaces of the thread that starts it.
    private static func ip(_ command: String) throws {
        let words = ["ip"] + command.split(separator: " ").map(String.init)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        var status: Int32 = -1
        guard posix_spawnp(&child, "ip", nil, nil, &arguments, environ) == 0,
            waitpid(child, &status, 0) == child, status == 0
        else { throw Failure(what: command) }
    }
}
