internal import Kernel
internal import WardenProtocol

/// The figures of this machine's memory controller beside a group's current memory.
///
/// They differ by kernel and by its boot parameters; docs/KERNELS.md has the versions.
struct MemoryAccounting {
    let isSwapCounted: Bool
    let peak: Peak

    /// The source of a group's peak memory.
    enum Peak {
        /// A peak from any moment on: v1, and v2 since Linux 6.12.
        case ofStage
        /// A peak from the group's beginning: v2 since Linux 5.19.
        case ofJail
        case absent
    }

    static let none = MemoryAccounting(isSwapCounted: false, peak: .absent, isUnified: false)

    private let isUnified: Bool

    private init(isSwapCounted: Bool, peak: Peak, isUnified: Bool) {
        self.isSwapCounted = isSwapCounted
        self.peak = peak
        self.isUnified = isUnified
    }

    /// - Parameter hierarchy: the hierarchy with the memory controller.
    /// - Throws: if a jail could evade a limit by swapping.
    init(of hierarchy: CgroupLayout.Hierarchy?) throws(StartFailure) {
        guard let hierarchy else {
            self = .none
            return
        }
        let group = hierarchy.directory
        isUnified = hierarchy.isUnified
        if isUnified {
            isSwapCounted = (try? readText("memory.swap.max", in: group)) != nil
            if (try? Self.openForgottenPeak(in: group)) != nil {
                peak = .ofStage
            } else {
                peak = (try? readText("memory.peak", in: group)) != nil ? .ofJail : .absent
            }
        } else {
            isSwapCounted = (try? readText("memory.memsw.limit_in_bytes", in: group)) != nil
            peak = .ofStage
        }
        let swaps = (try? readText("/proc/swaps", in: currentFolder)) ?? ""
        if isUnified, !isSwapCounted, Self.namesSwap(swaps) {
            throw StartFailure(
                "swap",
                detail: "is on, but this kernel does not count it for a cgroup (there is no "
                    + "memory.swap.max), so a program could exceed its memory: start the kernel "
                    + "without swapaccount=0, or switch swap off"
            )
        }
    }

    /// - Parameter swaps: the content of `/proc/swaps`: a heading, and a line for each area.
    static func namesSwap(_ swaps: String) -> Bool { swaps.split(separator: "\n").count > 1 }

    /// Returns a file with a v2 group's peak from this moment on; any write resets it, for this
    /// open file alone.
    static func openForgottenPeak(in group: Int32) throws(KernelError) -> Descriptor {
        let file = try Descriptor.open("memory.peak", in: group, flags: OpenFlags.readWrite)
        try writeAll([UInt8(ascii: "0")], to: file.number)
        return file
    }

    var primitives: [Primitive] {
        switch peak {
        case _ where !isUnified: []
        case .ofStage: []
        case .ofJail:
            [
                Primitive(
                    name: "memory peak",
                    detail: "of the jail as a whole (Linux 6.12 would tell each stage's): a run's "
                        + "memory_bytes is at least what its compile or an earlier run took"
                )
            ]
        case .absent:
            [
                Primitive(
                    name: "memory peak",
                    detail: "not told by this kernel (Linux 5.19 would): memory_bytes is 0"
                )
            ]
        }
    }
}
