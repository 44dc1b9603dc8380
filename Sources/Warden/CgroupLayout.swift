internal import Kernel
internal import WardenProtocol

/// The hierarchies of the cgroup controllers that jails need on this machine: one for each
/// controller (v1), the unified one (v2), or a mix (hybrid).
///
/// The warden finds them once, at start.
struct CgroupLayout: ~Copyable {
    /// The warden's folders, one for each hierarchy that has to be joined; every jail gets a group
    /// under each.
    private let hierarchies: [Hierarchy]
    private let name: String

    /// The cgroup controllers that jails need.
    ///
    /// On v1 `cpuacct` counts processor time; on v2 every group does.
    enum Controller: String, CaseIterable {
        case memory, pids, cpuacct
    }

    struct Hierarchy {
        let directory: Int32
        /// The parent of `directory`, kept open for removal after every path is gone.
        let parent: Int32
        let path: String
        let controllers: [Controller]
        let isUnified: Bool

        func has(_ controller: Controller) -> Bool { controllers.contains(controller) }
    }

    private let accounting: MemoryAccounting

    /// - Parameter name: the name of the warden's group below this process's group; tells wardens
    ///   apart.
    /// - Throws: ``StartFailure`` with the name of the missing controller.
    init(name: String) throws(StartFailure) {
        var hierarchies: [Hierarchy] = []
        let accounting: MemoryAccounting
        do throws(StartFailure) {
            for place in try CgroupPlace.find() {
                hierarchies.append(try place.makeHierarchy(name: name))
            }
            accounting = try MemoryAccounting(of: hierarchies.first { $0.has(.memory) })
        } catch {
            for hierarchy in hierarchies { Self.remove(hierarchy, name: name) }
            throw error
        }
        self.name = name
        self.hierarchies = hierarchies
        self.accounting = accounting
    }

    /// Makes the layout of a machine whose operator allowed a missing cgroup.
    init(absent: Void) {
        name = ""
        hierarchies = []
        accounting = .none
    }

    var isThere: Bool { !hierarchies.isEmpty }

    deinit { for hierarchy in hierarchies { Self.remove(hierarchy, name: name) } }

    private static func remove(_ hierarchy: Hierarchy, name: String) {
        Descriptor.close(hierarchy.directory)
        try? Files.removeFolder(name, in: hierarchy.parent)
        Descriptor.close(hierarchy.parent)
    }

    /// One line for each controller, with its version and place, and with the memory that is not
    /// counted.
    var primitives: [Primitive] {
        hierarchies.flatMap { hierarchy in
            hierarchy.controllers.map { controller in
                let version = hierarchy.isUnified ? "v2" : "v1"
                return Primitive(
                    name: "cgroup " + controller.rawValue,
                    detail: version + " " + hierarchy.path
                )
            }
        } + accounting.primitives
    }

    func makeGroup(_ name: String) throws(KernelError) -> JailCgroup {
        let group = JailCgroup(name: name, accounting: accounting)
        do throws(KernelError) {
            for hierarchy in hierarchies { try group.make(in: hierarchy) }
        } catch {
            _ = group.remove()
            throw error
        }
        return group
    }
}
