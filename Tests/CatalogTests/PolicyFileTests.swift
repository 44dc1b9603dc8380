import Domain
import Testing

@testable import Catalog

private func policy(rule: String) -> String {
    """
    {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
     "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], "syscalls": [\(rule)]}
    """
}

/// Returns a rule that allows one call under these conditions.
private func allowing(_ conditions: String) -> String {
    #"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [\#(conditions)]}"#
}

private func read(_ text: String) throws -> SyscallPolicy {
    try SyscallPolicy(SettingsFile(bytes: Array(text.utf8), label: "seccomp.json"))
}

@Suite struct `A syscall policy file` {
    @Test func `is read as it is written`() throws {
        let policy = try read(
            policy(
                rule: """
                    {"comment": "why", "names": ["socket"],
                     "action": "SCMP_ACT_ERRNO", "errnoRet": 97,
                     "args": [{"index": 1, "op": "SCMP_CMP_MASKED_EQ", "value": 15, "valueTwo": 3}],
                     "profiles": ["strict"]}
                    """
            )
        )
        let rule = try #require(policy.rules.first)
        #expect(policy.defaultAction == .errno(38))
        #expect(rule.action == .errno(97))
        #expect(rule.profiles == [.strict])
        #expect(
            rule.conditions == [.init(argument: 1, comparison: .maskedEqual(mask: 15, 3))]
        )
    }

    @Test func `skips names that this machine has never heard of`() throws {
        let text = policy(
            rule: #"{"names": ["no_such_call", "read"], "action": "SCMP_ACT_ALLOW"}"#
        )
        let programs = try PolicyCompiler(policy: read(text), label: "seccomp.json").programs()
        #expect(programs.count == SystemCallProfile.allCases.count)
    }

    @Test(arguments: [
        (#"{"action": "SCMP_ACT_ALLOW"}"#, "names is missing"),
        (#"{"names": [], "action": "SCMP_ACT_ALLOW"}"#, "names must not be empty"),
        (#"{"names": ["read"]}"#, "action is missing"),
        (#"{"names": ["read"], "action": "SCMP_ACT_LOG"}"#, "action does not know SCMP_ACT_LOG"),
        (#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "arg": []}"#, "arg is not a known key"),
        (
            #"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}"#,
            "errnoRet is not a known key"
        ),
        (
            #"{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096}"#,
            "errnoRet must be at most 4095"
        ),
        (
            #"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X"]}"#,
            "architectures.0 does not know SCMP_ARCH_X"
        ),
        (
            #"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "profiles": ["lax"]}"#,
            "profiles.0 does not know lax"
        ),
        (
            allowing(#"{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}"#),
            "args.0.index must be at most 5"
        ),
        (
            allowing(#"{"index": 0, "value": 0, "op": "EQ"}"#),
            "args.0.op does not know EQ"
        ),
        (
            allowing(#"{"index": 0, "value": 0, "valueTwo": 1, "op": "SCMP_CMP_EQ"}"#),
            "args.0.valueTwo is not a known key"
        ),
    ])
    func `is refused for a malformed rule`(rule: String, message: String) {
        let error = #expect(throws: CatalogError.self) { try read(policy(rule: rule)) }
        #expect(error?.description == "seccomp.json: syscalls.0." + message)
    }

    @Test func `may have a rule for some architectures, for init, or for nothing to be done`()
        throws
    {
        let foreign = ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"]
        for architecture in foreign {
            let text = policy(
                rule: """
                    {"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0,
                     "architectures": ["\(architecture)"]},
                    {"names": ["write"], "action": "SCMP_ACT_NOTIFY"}
                    """
            )
            let policy = try read(text)
            #expect(policy.rules.map(\.action) == [.errno(0), .notify])
            let rule = try #require(policy.rules.first)
            let program = try PolicyCompiler(policy: policy, label: "").programs()[0]
            let call = BerkeleyFilter.Call(number: UInt32(PolicyCompiler.number(of: "read") ?? 0))
            let answer = try BerkeleyFilter(program).answer(to: call)
            #expect(answer == (rule.isNative ? 0x0005_0000 : 0x7fc0_0000))
        }
    }

    @Test func `may not name one argument twice in a rule`() {
        let condition = #"{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}"#
        let rule = allowing("\(condition), \(condition)")
        let error = #expect(throws: CatalogError.self) { try read(policy(rule: rule)) }
        #expect(error?.description == "seccomp.json: syscalls.0 names argument 0 twice")
    }

    @Test func `is refused where it does not know this machine's architecture`() throws {
        let text =
            """
            {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_S390X"],
             "syscalls": []}
            """
        let policy = try read(text)
        let error = #expect(throws: CatalogError.self) {
            try PolicyCompiler(policy: policy, label: "seccomp.json").programs()
        }
        #expect(error?.field == "architectures")
    }
}
