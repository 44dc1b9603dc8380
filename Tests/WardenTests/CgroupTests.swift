import Kernel
import Testing

@testable import Warden

private enum Machine {
    static let v1 = """
        23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
        """
    static let v1Groups = """
        9:name=systemd:/user.slice
        5:pids:/
        4:memory:/service/a:b
        2:cpu,cpuacct:/service
        """
    static let v2 = """
        23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate
        """
    static let hybrid =
        v1 + "\n41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
}

@Suite struct CgroupPlaceTests {
    private func find(
        _ mounts: String,
        _ groups: String,
        available: String = ""
    ) throws(StartFailure) -> [CgroupPlace] {
        try CgroupPlace.find(mounts: mounts, groups: groups) { _ in available }
    }

    @Test func `on v1 each controller has a place of its own`() throws {
        let places = try find(Machine.v1, Machine.v1Groups)
        #expect(places.map(\.controllers) == [[.cpuacct], [.memory], [.pids]])
        #expect(
            places.map(\.mountPoint) == [
                "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids",
            ]
        )
        #expect(places.map(\.ownPath) == ["/service", "/service/a:b", "/"])
        #expect(places.allSatisfy { !$0.isUnified })
    }

    @Test(arguments: [
        ("/system.slice/q.service/quicksand-service", "/system.slice/q.service"),
        ("/quicksand-service", "/"), ("/not-quicksand-service", "/not-quicksand-service"),
    ])
    func `on v2 a later warden's place is not the leaf that it starts in`(
        _ own: String,
        _ place: String
    ) throws {
        let places = try find(Machine.v2, "0::\(own)\n", available: "cpu memory pids\n")
        #expect(places.map(\.ownPath) == [place])
    }

    @Test func `on v2 the root is the second choice`() throws {
        let places = try find(Machine.v2, "0::/a.slice\n", available: "cpu memory pids\n")
        #expect(places.map(\.parents) == [["/sys/fs/cgroup/a.slice", "/sys/fs/cgroup"]])
        let v1 = try find(Machine.v1, Machine.v1Groups)
        #expect(v1.map(\.parents.count) == [1, 1, 1])
    }

    @Test func `on v2 one place has them all`() throws {
        let places = try find(
            Machine.v2,
            "0::/system.slice/q.service\n",
            available: "cpu io memory pids\n"
        )
        #expect(places.count == 1)
        #expect(places.first?.controllers == [.cpuacct, .memory, .pids])
        #expect(places.first?.mountPoint == "/sys/fs/cgroup")
        #expect(places.first?.ownPath == "/system.slice/q.service")
        #expect(places.first?.isUnified == true)
    }

    @Test func `on a hybrid machine v1 goes first`() throws {
        let places = try find(Machine.hybrid, Machine.v1Groups + "\n0::/", available: "memory pids")
        #expect(places.count == 3)
        #expect(places.allSatisfy { !$0.isUnified })
    }

    @Test func `on a hybrid machine the unified place has what v1 lacks`() throws {
        let mounts = Machine.hybrid.split(separator: "\n").filter { !$0.contains("pids") }
        let places = try find(
            mounts.joined(separator: "\n"),
            Machine.v1Groups + "\n0::/u",
            available: "pids"
        )
        #expect(places.map(\.controllers) == [[.cpuacct], [.memory], [.pids]])
        #expect(places.map(\.isUnified) == [false, false, true])
        #expect(places.last?.ownPath == "/u")
    }

    @Test func `the missing controllers are named`() {
        let v2 = #expect(throws: StartFailure.self) {
            try find(Machine.v2, "0::/\n", available: "cpu memoryless")
        }
        #expect(v2?.detail == "no cgroup hierarchy has memory, pids")
        let none = #expect(throws: StartFailure.self) { try find("", "") }
        #expect(none?.detail == "no cgroup hierarchy has cpuacct, memory, pids")
    }

    @Test func `in a container paths are told from the mount's root`() throws {
        let mounts = Machine.v1.replacing(" / /sys/fs/cgroup/", with: " /docker/ab /sys/fs/cgroup/")
        let groups = "5:pids:/docker/ab\n4:memory:/docker/ab/x\n2:cpu,cpuacct:/docker/abc\n"
        let places = try find(mounts, groups)
        // The last path is another container's, whose name only begins the same.
        #expect(places.map(\.ownPath) == ["/docker/abc", "/x", "/"])
    }
}

@Suite struct MemoryAccountingTests {
    @Test func `swap is on where the kernel lists an area`() {
        let heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
        #expect(!MemoryAccounting.namesSwap(""))
        #expect(!MemoryAccounting.namesSwap(heading))
        #expect(MemoryAccounting.namesSwap(heading + "/dev/vdc partition 1048572 0 -2\n"))
    }
}

@Suite struct CgroupMountTests {
    @Test func `only cgroup mounts are taken`() {
        let mounts = CgroupMount.parse(Machine.hybrid)
        #expect(mounts.map(\.isUnified) == [false, false, false, true])
        #expect(mounts.map(\.root) == ["/", "/", "/", "/"])
        #expect(mounts.first?.options.contains("cpuacct") == true)
    }

    @Test func `optional fields before the dash, many or none, do not matter`() {
        let line = "36 35 0:9 /r /p rw shared:1 master:2 propagate_from:3 - cgroup2 none rw"
        let mounts = CgroupMount.parse(line)
        #expect(mounts.map(\.root) == ["/r"])
        #expect(mounts.map(\.point) == ["/p"])
    }

    @Test(arguments: ["", "\n\n", "36 35", " - ", "36 35 0:9 / /p rw - cgroup", "- cgroup x rw"])
    func `a line that is not whole is left out`(text: String) {
        #expect(CgroupMount.parse(text).isEmpty)
    }

    @Test(arguments: [
        ("/", "/", "/"), ("/", "/a", "/a"), ("/a", "/a", "/"), ("/a", "/a/b", "/b"),
        ("/a", "/ab", "/ab"), ("/a", "/b", "/b"),
    ])
    func `a mount's root is taken off a path`(root: String, path: String, rest: String) {
        let mount = CgroupMount(root: root, point: "/p", isUnified: true, options: [])
        #expect(mount.strip(path) == rest)
    }
}
